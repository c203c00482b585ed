/** Messages about uploads. */
import { literal, text } from "../../platform/http/text.ts";

export { pictureFaults as faults } from "../../platform/storage/pictures/messages.ts";

export const messages = {
  fileType: text(
    "Only JPEG, PNG, WebP, GIF and AVIF pictures are taken.",
    "Принимаются только изображения JPEG, PNG, WebP, GIF и AVIF.",
  ),
  wrongType: text(
    "The file is of another type than this upload was started with.",
    "Тип файла отличается от указанного при начале загрузки.",
  ),
  noFile: text("No file was submitted.", "Ни одного файла не было отправлено."),
  noUpload: literal("No File matches the given query."),
  tooMany: text(
    "Too many uploads are unfinished. Finish them or wait an hour.",
    "Слишком много незавершённых загрузок. Завершите их или подождите час.",
  ),
};
