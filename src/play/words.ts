/** All texts of the playground in both languages. A count picks among the forms separated by `|`: one, few, many. */

const catalogue = {
  "page.title": ["Playground · Caravan", "Песочница · Caravan"],
  "page.name": ["Playground", "Песочница"],
  "page.lead": [
    "Real people, real sockets, every frame in sight. Cut a line, go on, and see that nothing is lost.",
    "Настоящие участники, настоящие сокеты, виден каждый кадр. Оборвите связь, продолжайте — и ничего не потеряется.",
  ],
  "page.skip": ["Skip to content", "К содержанию"],
  "page.scenes": ["Scenes", "Сцены"],
  "nav.docs": ["Documentation", "Документация"],
  "nav.api": ["API reference", "Справочник API"],
  "nav.theme": ["Light or dark theme", "Светлая или тёмная тема"],
  "nav.language": ["Русский", "English"],

  "chat.name": ["Chat", "Чат"],
  "chat.lead": [
    "Two people talk. A message counts as sent when the server has stored it; whatever the line does, it arrives once and in order.",
    "Двое переписываются. Сообщение отправлено, когда сервер его сохранил; что бы ни было со связью, оно придёт один раз и по порядку.",
  ],
  "chat.messages": ["Messages", "Сообщения"],
  "chat.none": ["Nothing said yet. Say something.", "Пока тихо. Напишите что-нибудь."],
  "chat.write": ["Message", "Сообщение"],
  "chat.send": ["Send", "Отправить"],
  "chat.typing": ["{name} is typing…", "{name} печатает…"],
  "chat.here": ["{name} is here", "{name} в чате"],
  "chat.away": ["{name} is not here", "{name} не в чате"],
  "chat.waiting": ["waiting", "ждёт связи"],
  "chat.stored": ["stored", "сохранено"],
  "chat.read": ["read", "прочитано"],
  "chat.choose": ["Choose a chat", "Выберите чат"],
  "chat.empty": [
    "This account has no chats yet. Sign a second person in, or accept a friend request first.",
    "У этой учётной записи ещё нет чатов. Войдите вторым участником или сначала подружитесь с кем-нибудь.",
  ],
  "chat.befriend": ["Make them friends and start a chat", "Подружить их и начать чат"],
  "chat.strangers": [
    "These two are not friends yet; only friends chat.",
    "Эти двое ещё не друзья, а чат бывает только между друзьями.",
  ],

  "event.name": ["Event", "Событие"],
  "event.lead": [
    "One person changes an event through the API; the other one hears of it in the event's room at once, and loads what is new.",
    "Один участник меняет событие через API; другой сразу узнаёт об этом в комнате события и загружает новое.",
  ],
  "event.begin": [
    "Make an event with the other person in it.",
    "Создайте событие вместе со вторым участником.",
  ],
  "event.create": ["Create an event", "Создать событие"],
  "event.none": [
    "No event yet. The other person creates one.",
    "События пока нет. Его создаёт другой участник.",
  ],
  "event.gone": [
    "The event was called off, and its room is closed.",
    "Событие отменено, его комната закрыта.",
  ],
  "event.title": ["Name", "Название"],
  "event.place": ["Place", "Место"],
  "event.start": ["Start", "Начало"],
  "event.members": ["Members", "Участники"],
  "event.save": ["Save", "Сохранить"],
  "event.later": ["An hour later", "На час позже"],
  "event.delete": ["Call it off", "Отменить событие"],
  "event.changes": [
    "{n} change seen live|{n} changes seen live|{n} changes seen live",
    "{n} изменение увидено сразу|{n} изменения увидены сразу|{n} изменений увидено сразу",
  ],
  "event.sampleName": ["Evening ride", "Вечерний заезд"],
  "event.samplePlace": ["Old bridge", "Старый мост"],
  "event.sampleAbout": ["Twenty kilometres along the river", "Двадцать километров вдоль реки"],

  "truck.name": ["Truck", "Эвакуатор"],
  "truck.lead": [
    "A truck drives and reports its place; a client orders, an operator confirms, and the closest truck is offered the order for twenty seconds.",
    "Эвакуатор едет и сообщает, где он; клиент делает заказ, оператор подтверждает, и ближайшей машине заказ предлагается на двадцать секунд.",
  ],
  "truck.map": ["Map of the ring road with the truck", "Карта кольца с эвакуатором"],
  "truck.drive": ["Start driving", "Поехали"],
  "truck.stop": ["Stop", "Стоп"],
  "truck.goOn": ["Drive on", "Ехать дальше"],
  "truck.noTruck": ["This driver has no truck.", "У этого водителя нет машины."],
  "truck.from": ["From", "Откуда"],
  "truck.to": ["To", "Куда"],
  "truck.order": ["Order a truck", "Вызвать эвакуатор"],
  "truck.noVehicle": [
    "This account has no car yet: POST /api/v1/vehicles/ adds one.",
    "У этой учётной записи нет автомобиля: его добавляет POST /api/v1/vehicles/.",
  ],
  "truck.cancel": ["Cancel the order", "Отменить заказ"],
  "truck.again": ["Another order", "Ещё заказ"],
  "truck.isThere": ["the truck is there", "эвакуатор на месте"],
  "truck.eta": ["in {n} min", "через {n} мин"],
  "truck.tellCode": ["Tell the driver the code:", "Скажите водителю код:"],
  "truck.offer": ["You are offered an order", "Вам предложен заказ"],
  "truck.away": ["{kilometres} km away", "{kilometres} км отсюда"],
  "truck.left": ["{seconds} s left", "осталось {seconds} с"],
  "truck.accept": ["Accept", "Принять"],
  "truck.refuse": ["Refuse", "Отказаться"],
  "truck.job": ["Your job", "Ваш заказ"],
  "truck.toPickup": ["To the car", "К автомобилю"],
  "truck.toDelivery": ["To the destination", "К месту назначения"],
  "truck.arrived": ["I am there", "Я на месте"],
  "truck.code": ["Client's code", "Код клиента"],
  "truck.start": ["Start the work", "Начать работу"],
  "truck.complete": ["Done", "Готово"],
  "truck.noOrders": ["New orders appear here.", "Здесь появятся новые заказы."],
  "truck.confirm": ["Confirm and find a truck", "Подтвердить и найти машину"],
  "truck.search": ["Ask the closest truck again", "Спросить ближайшую машину ещё раз"],
  "truck.nobody": [
    "No free truck is near. Let the driver start driving, then try again.",
    "Рядом нет свободной машины. Пусть водитель поедет, затем попробуйте снова.",
  ],
  "order.PENDING": ["Waits for confirmation", "Ждёт подтверждения"],
  "order.CONFIRMED": ["Looking for a truck", "Ищем эвакуатор"],
  "order.ASSIGNED": ["A truck is on its way", "Эвакуатор едет"],
  "order.IN_PROGRESS": ["The car is on its way", "Автомобиль в пути"],
  "order.COMPLETED": ["Done", "Выполнен"],
  "order.CANCELLED": ["Cancelled", "Отменён"],

  "seat.client": ["Client", "Клиент"],
  "seat.driver": ["Driver", "Водитель"],
  "seat.operator": ["Operator", "Оператор"],
  "seat.starting": ["Signing in…", "Вход…"],
  "seat.leave": ["Sign out", "Выйти"],

  "sign.why": [
    "This server has no sample people. Sign in with your own account; what you do here is real.",
    "На этом сервере нет тестовых участников. Войдите в свою учётную запись: всё здесь по-настоящему.",
  ],
  "sign.one": [
    "One person is enough to look around; two make a conversation.",
    "Хватит и одного, но вдвоём интереснее.",
  ],
  "sign.name": ["Username, phone or e-mail", "Имя, телефон или почта"],
  "sign.password": ["Password", "Пароль"],
  "sign.submit": ["Sign in", "Войти"],

  "live.idle": ["Not connected", "Нет соединения"],
  "live.connecting": ["Connecting…", "Соединение…"],
  "live.live": ["Live", "На связи"],
  "live.waiting": ["Waiting", "Ожидание"],
  "live.refused": ["Refused", "Отказано"],
  "live.closed": ["Closed", "Закрыто"],
  "live.next": ["attempt {n} in {seconds} s", "попытка {n} через {seconds} с"],
  "live.pause": ["next attempt in {ms} ms", "следующая попытка через {ms} мс"],
  "live.attempt": ["attempt {n}", "попытка {n}"],
  "live.position": ["position", "позиция"],
  "live.positionOf": [
    "The last entry of {room} that this client has",
    "Последняя запись {room}, которая есть у клиента",
  ],
  "live.queued": [
    "{n} waits to be sent|{n} wait to be sent|{n} wait to be sent",
    "{n} ждёт отправки|{n} ждут отправки|{n} ждут отправки",
  ],
  "line.cut": ["Cut the line", "Оборвать связь"],
  "line.restore": ["Restore the line", "Вернуть связь"],

  "push.ask": ["Ask for notifications", "Включить уведомления"],
  "push.stop": ["Stop notifications", "Отключить уведомления"],
  "push.on": [
    "This browser shows {name}'s notifications. None is sent while {name}'s line was heard within a minute: cut it, wait that long, and let another person write.",
    "Этот браузер показывает уведомления: {name}. Пока связь слышна или прервалась меньше минуты назад, они не посылаются: оборвите её, подождите минуту, и пусть напишет другой участник.",
  ],
  "push.denied": [
    "The browser allows no notifications here. Allow them in its settings for this site, in a window that is not private, and ask again.",
    "Браузер не разрешает уведомления. Разрешите их для этого сайта в настройках браузера, не в приватном окне, и попробуйте снова.",
  ],
  "push.unsupported": [
    "This browser has no pushes for this page. It needs https or this machine's own address; on iPhones the page on the home screen.",
    "В этом браузере для этой страницы нет уведомлений. Нужен https или адрес самого компьютера; на iPhone — страница на экране «Домой».",
  ],
  "push.unreachable": [
    "The browser got no subscription of its push service, which needs the internet, and in Chromium a build with Google's keys. It says: {why}",
    "Браузер не получил подписку у своей службы уведомлений: ей нужен интернет, а в Chromium — сборка с ключами Google. Он сообщает: {why}",
  ],
  "push.off": ["This server sends no Web Push.", "Этот сервер не посылает Web Push."],

  "frames.name": ["Frames", "Кадры"],
  "frames.of": ["Frames of {name}", "Кадры: {name}"],
  "frames.none": ["Nothing yet.", "Пока ничего."],
  "frames.noMatch": ["Nothing matches the filter.", "Под фильтр ничего не подходит."],
  "frames.show": ["Show", "Показать"],
  "frames.all": ["All", "Все"],
  "frames.sent": ["Sent", "Отправленные"],
  "frames.received": ["Received", "Полученные"],
  "frames.requests": ["Requests", "Запросы"],
  "frames.search": ["Filter", "Фильтр"],
  "frames.copy": ["Copy", "Копировать"],
  "frames.copyAll": ["Copy all", "Копировать все"],
  "frames.copied": ["Copied", "Скопировано"],
  "frames.clear": ["Clear", "Очистить"],
  "frames.in": ["received", "получен"],
  "frames.out": ["sent", "отправлен"],
  "frames.line": ["connection", "соединение"],

  "code.name": ["The same in code", "То же в коде"],
  "code.lead": [
    "This program runs as it is with @caravan/client, in a browser too.",
    "Эта программа работает как есть, с @caravan/client, и в браузере тоже.",
  ],
  "code.more": ["The client package", "Пакет клиента"],

  "how.name": ["What the client does when the line is cut", "Что делает клиент, когда связь оборвана"],
  "how.queue": [
    "What is said waits in a queue with its name (ref). It goes out in order when the line is back, and the server stores each name once.",
    "Сказанное ждёт в очереди под своим именем (ref). Когда связь вернётся, всё уйдёт по порядку, и каждое имя сервер сохранит один раз.",
  ],
  "how.backoff": [
    "It tries again after a random pause that doubles from half a second to thirty, and at once when the network is back.",
    "Он пробует снова после случайной паузы, которая удваивается от половины секунды до тридцати, и сразу, когда сеть появилась.",
  ],
  "how.resume": [
    "It asks for each room from its position (epoch and seq) and gets exactly what it missed. If that is impossible, recovered is false and the room is loaded anew.",
    "Он просит каждую комнату с её позиции (epoch и seq) и получает ровно пропущенное. Если это невозможно, recovered равно false и комната загружается заново.",
  ],
} as const;

export type Word = keyof typeof catalogue;
export type Locale = "en" | "ru";
export type Values = Readonly<Record<string, string | number>>;

/** The text in a language, with its values; `n` picks the plural form. */
export function say(locale: Locale, word: Word, values: Values = {}): string {
  const text = catalogue[word][locale === "ru" ? 1 : 0];
  return formOf(locale, text, values.n).replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

function formOf(locale: Locale, text: string, n: string | number | undefined): string {
  const forms = text.split("|");
  if (forms.length === 1 || typeof n !== "number") return forms[0] ?? text;
  const rule = new Intl.PluralRules(locale).select(n);
  return forms[rule === "one" ? 0 : rule === "few" ? 1 : 2] ?? text;
}
