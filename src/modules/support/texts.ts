/** The module's messages and labels. */
import { text } from "../../platform/http/text.ts";

export const texts = {
  noAccess: text("You have no access to this ticket.", "Нет доступа к тикету."),
  operatorsOnly: text(
    "Only operators may change the status or the assignee.",
    "Только операторы могут менять статус или исполнителя.",
  ),
  assigneeNoOperator: text("Tickets are assigned to operators only.", "Назначать можно только операторов."),
  notesForOperators: text(
    "Internal notes are for operators only.",
    "Внутренние заметки доступны только операторам.",
  ),
};

export const STATUS_LABELS = {
  OPEN: text("Open", "Открыт"),
  IN_PROGRESS: text("In progress", "В работе"),
  RESOLVED: text("Resolved", "Решён"),
  CLOSED: text("Closed", "Закрыт"),
};
