/** Texts of an order's page, in both languages. */

export const orderWords = {
  "order.placed": ["Placed", "Оформлен"],
  "order.payment": ["Payment {amount}", "Платёж {amount}"],
  "order.rated": ["Rated: driver {driver}, service {service}", "Оценка: водитель {driver}, сервис {service}"],
  "order.offer": ["Offer", "Предложение"],
  "order.message": ["Message", "Сообщение"],
  "order.internalNote": ["Internal note", "Внутренняя заметка"],
  "order.located": ["Last position of the truck", "Последнее положение эвакуатора"],
  "order.ticket": ["Ticket", "Обращение"],
  "order.story": ["What happened", "Ход заказа"],
  "order.driver": ["Driver", "Водитель"],
  "order.share": ["Public link", "Публичная ссылка"],
  "order.shareAbout": [
    "Shows the status and the truck on a map, without addresses and phones, until {until}.",
    "Показывает состояние и эвакуатор на карте, без адресов и телефонов, до {until}.",
  ],
  "order.copy": ["Copy the link", "Скопировать ссылку"],
  "order.final": ["Final price {price}", "Итоговая цена {price}"],
  "order.estimate": ["Estimate {price}", "Расчётная цена {price}"],
  "order.due": ["{due} due", "к оплате {due}"],
  "order.paid": ["paid", "оплачен"],
  "order.alsoOpen": ["{names} also has this order open.", "Этот заказ открыт и у: {names}."],
} as const satisfies Record<string, readonly [string, string]>;
