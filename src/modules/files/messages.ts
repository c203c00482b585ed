/** What the upload doors say. */
import { messages as shared } from "../../platform/http/messages.ts";
import { literal, type Text, text } from "../../platform/http/text.ts";
import type { PictureFault } from "../../platform/storage/keep.ts";

const tooLarge = literal("The image size is too large. Please upload an image that is less than 10MB.");

export const messages = {
  tooLarge,
  fileType: text(
    "Only JPEG, PNG, WebP, GIF and AVIF pictures are taken.",
    "Принимаются только изображения JPEG, PNG, WebP, GIF и AVIF.",
  ),
  wrongType: text(
    "The file is of another type than this upload was started with.",
    "Тип файла не тот, с которым начата загрузка.",
  ),
  noFile: text("No file was submitted.", "Ни одного файла не было отправлено."),
  noUpload: literal("No File matches the given query."),
  tooMany: text(
    "Too many uploads are unfinished. Finish them or wait an hour.",
    "Слишком много незавершённых загрузок. Завершите их или подождите час.",
  ),
};

export const faults = {
  empty: shared.emptyFile,
  too_large: tooLarge,
  wrong_size: text(
    "The file is of another size than this upload was started with.",
    "Размер файла не тот, с которым начата загрузка.",
  ),
  no_picture: shared.image,
} satisfies Record<PictureFault, Text>;
