/** Texts of files of records, in both languages. */

export const fileWords = {
  "file.some": ["A file", "Файл"],
  "file.none": ["No file yet", "Файла пока нет"],
  "file.open": ["Open large: {name}", "Открыть крупно: {name}"],
  "file.position": ["{at} of {of}", "{at} из {of}"],
  "file.previous": ["Previous", "Предыдущий"],
  "file.next": ["Next", "Следующий"],
  "file.download": ["Download", "Скачать"],
  "file.noPreview": [
    "The browser can't show this file. Download it.",
    "Браузер не может показать этот файл. Скачайте его.",
  ],
  "file.upload": ["Upload a file", "Загрузить файл"],
  "file.replace": ["Replace the file", "Заменить файл"],
  "file.remove": ["Remove the file", "Удалить файл"],
  "file.keep": ["Keep the present file", "Оставить нынешний файл"],
  "file.replaceTitle": ["{label}: replace the file?", "{label}: заменить файл?"],
  "file.replaceAbout": [
    "{name} ({size}) takes the place of the present file, which is deleted for good. Apps show the new one at once.",
    "{name} ({size}) займёт место нынешнего файла, а тот будет удалён безвозвратно. Приложения сразу покажут новый.",
  ],
  "file.removeTitle": ["{label}: remove the file?", "{label}: удалить файл?"],
  "file.removeAbout": [
    "The file is deleted for good, here and in the apps.",
    "Файл будет удалён безвозвратно, здесь и в приложениях.",
  ],
  "file.sending": ["Upload progress", "Ход загрузки"],
  "file.storing": ["Checking the file…", "Проверяем файл…"],
  "file.stop": ["Stop the upload", "Прервать загрузку"],
  "file.saved": ["The file is uploaded", "Файл загружен"],
  "file.removed": ["The file is removed", "Файл удалён"],
  "file.tooLarge": [
    "The file is too large: {size}. At most {limit} are taken.",
    "Файл слишком большой: {size}. Принимается не больше {limit}.",
  ],
} as const satisfies Record<string, readonly [string, string]>;
