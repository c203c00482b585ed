/** Messages for files that the intake refuses. */
import { messages } from "../../http/messages.ts";
import { literal, type Text, text } from "../../http/text.ts";
import type { PictureFault } from "./intake.ts";

export const pictureFaults = {
  empty: messages.emptyFile,
  too_large: literal("The image size is too large. Please upload an image that is less than 10MB."),
  wrong_size: text(
    "The file is of another size than this upload was started with.",
    "Размер файла отличается от указанного при начале загрузки.",
  ),
  no_picture: messages.image,
  no_document: text(
    "Upload a whole picture (JPEG, PNG, WebP, GIF, AVIF, HEIC) or PDF.",
    "Загрузите неповреждённое изображение (JPEG, PNG, WebP, GIF, AVIF, HEIC) или PDF.",
  ),
  too_many_pixels: text("The picture has more than 50 megapixels.", "В изображении больше 50 мегапикселей."),
} satisfies Record<PictureFault, Text>;
