/** The module's messages and labels. */
import { text } from "../../platform/http/text.ts";

export const texts = {
  noAccess: text("You have no access to this ticket.", "Нет доступа к тикету."),
  operatorsOnly: text(
    "Only operators may change the status or the assignee.",
    "Только операторы могут менять статус или исполнителя.",
  ),
  assigneeNoOperator: text("Tickets are assigned to operators only.", "Назначать можно только операторов."),
  noCursor: text("This is no cursor of this list.", "Это не курсор этого списка."),
  unknownPlaceholder: text(
    "There is no placeholder {name}. Known ones: {known}.",
    "Подстановки {name} нет. Есть: {known}.",
  ),
  noFile: text("No file was submitted.", "Ни одного файла не было отправлено."),
  notAttachable: text(
    "These files are not uploaded by you, or attached already. Upload them again.",
    "Эти файлы загружены не вами или уже прикреплены. Загрузите их ещё раз.",
  ),
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
