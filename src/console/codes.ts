/** Names of the API's codes. An unknown code is shown in readable form. */
import { useLocaleState } from "ra-core";

const RUSSIAN: Readonly<Record<string, string>> = {
  PENDING: "Ожидает",
  CONFIRMED: "Подтверждён",
  ASSIGNED: "Назначен",
  IN_PROGRESS: "В работе",
  COMPLETED: "Завершён",
  CANCELLED: "Отменён",
  AVAILABLE: "Свободен",
  BUSY: "Занят",
  MAINTENANCE: "На ремонте",
  OFFLINE: "Не на связи",
  LOW: "Низкий",
  NORMAL: "Обычный",
  HIGH: "Высокий",
  URGENT: "Срочный",
  OPEN: "Открыт",
  RESOLVED: "Решён",
  CLOSED: "Закрыт",
  ACCEPTED: "Принят",
  REFUSED: "Отклонён",
  EXPIRED: "Истёк",
  WITHDRAWN: "Отозван",
  PROCESSING: "В обработке",
  FAILED: "Ошибка",
  REFUNDED: "Возвращён",
  CASH: "Наличные",
  CARD: "Карта",
  BANK_TRANSFER: "Перевод",
  MOBILE_PAYMENT: "Мобильный платёж",
  CLIENT: "Клиент",
  DRIVER: "Водитель",
  OPERATOR: "Оператор",
  DEAD: "Не доставлено",
  DONE: "Готово",
  SENT: "Отправлено",
  RUNNING: "Выполняется",
  STOPPED: "Остановлено",
  GONE: "Ответил 410",
  FAILING: "Ничего не принимал",
  STAFF: "Сотрудником",
  SUPPRESSED: "Не отправлено",
  BOUNCE: "Письма возвращаются",
  COMPLAINT: "Жалоба на спам",
};

export function codeWords(code: string, locale: string): string {
  const russian = locale === "ru" ? RUSSIAN[code.toUpperCase()] : undefined;
  if (russian) return russian;
  // `BANK_TRANSFER` becomes "Bank transfer"; other values (`20-30`, `Mon`) stay.
  if (!/^[A-Z][A-Z_]+$|^[a-z][a-z_]+$/.test(code)) return code;
  const words = code.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function useCode(): (code: string) => string {
  const [locale] = useLocaleState();
  return (code) => codeWords(code, locale);
}
