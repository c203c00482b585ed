/** Identity's messages. Where an app's contract fixes the wording, its routes pick the key. */
import { literal, type Text, text } from "../../platform/http/text.ts";

export const messages = {
  passwordShort: text(
    "This password is too short. It must contain at least 8 characters.",
    "Введённый пароль слишком короткий. Он должен содержать как минимум 8 символов.",
  ),
  passwordCommon: text("This password is too common.", "Введённый пароль слишком широко распространён."),
  passwordNumeric: text("This password is entirely numeric.", "Введённый пароль состоит только из цифр."),
  passwordSimilar: text(
    "The password is too similar to the {name}.",
    "Введённый пароль слишком похож на {name}.",
  ),
  passwordMismatch: text("The two password fields didn't match.", "Пароли не совпадают."),
  passwordTemporary: text(
    "This password is a temporary one. Choose your own: {url}",
    "Это временный пароль. Задайте свой: {url}",
  ),
  lastAdministrator: text(
    "The last administrator can't be deleted. Make somebody else an administrator first.",
    "Последнего администратора удалить нельзя: сначала назначьте другого.",
  ),
  passwordWrong: text("The current password is wrong.", "Текущий пароль введён неверно."),
  otpRequired: text(
    "Enter the code from your authenticator app, or a recovery code.",
    "Введите код из приложения-аутентификатора или код восстановления.",
  ),
  otpInvalid: text("The code is wrong or was used already.", "Код неверен или уже использован."),
  totpNotBegun: text(
    "Start setting up the authenticator app again.",
    "Начните настройку приложения-аутентификатора заново.",
  ),
  passkeyInvalid: text("This passkey was not accepted.", "Этот ключ доступа не принят."),
  passkeysFull: text(
    "There may be at most 20 passkeys: remove one first.",
    "Ключей доступа может быть не больше 20: сначала удалите один из них.",
  ),
  lastFactor: text(
    "Your role requires a second factor: add another one before you remove this one.",
    "Ваша роль требует второго фактора: добавьте другой, прежде чем удалить этот.",
  ),
  signInAgain: text("Sign in again to do this.", "Для этого войдите заново."),
  ownFactors: text(
    "Change your own second factors in your account.",
    "Свои вторые факторы меняйте в своей учётной записи.",
  ),
  noFactors: text("This account has no second factor.", "У этой учётной записи нет второго фактора."),
  usernameTaken: text(
    "A user with that username already exists.",
    "Пользователь с таким именем уже существует.",
  ),
  usernameFormat: text(
    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.",
    "Введите правильное имя пользователя. Оно может содержать только буквы, цифры и знаки @/./+/-/_.",
  ),
  usernameIsAddress: text(
    "A username may not be an e-mail address.",
    "Имя пользователя не может быть адресом электронной почты.",
  ),
  usernameReserved: text(
    "Names of the form user-<number> are given by the service. Choose another one.",
    "Имена вида user-<число> назначает сервис. Выберите другое.",
  ),
  usernameMixed: text(
    "A username may not mix letters of different alphabets.",
    "В имени пользователя нельзя смешивать буквы разных алфавитов.",
  ),
  emailTaken: text(
    "A user with that email already exists.",
    "Пользователь с таким Электронная почта уже существует.",
  ),
  phoneTaken: text("User with this phone already exists.", "User с таким Phone уже существует."),
  phoneFormat: text(
    "Enter a phone number in international format.",
    "Укажите корректный номер телефона в международном формате.",
  ),
  phoneRequired: text(
    "This account needs its phone to sign in.",
    "Без телефона войти в эту учётную запись будет нельзя.",
  ),
  wrongPhoneOrPassword: text("Wrong phone or password.", "Неверный телефон или пароль."),
  cannotLogIn: text(
    "Unable to log in with provided credentials.",
    "Невозможно войти с предоставленными учетными данными.",
  ),
  noActiveAccount: text(
    "No active account found with the given credentials",
    "Не найдено активной учетной записи с указанными данными",
  ),
  emailNotVerified: text("E-mail is not verified.", "Адрес электронной почты не подтверждён."),
  verificationSent: text("Verification e-mail sent.", "Письмо с подтверждением отправлено."),
  resetRequested: text(
    "If this phone is registered, we have sent a code to the phone or a letter to the e-mail address.",
    "Если номер зарегистрирован, мы отправили код на телефон или письмо на электронную почту.",
  ),
  passwordUpdated: text("The password was changed.", "Пароль успешно обновлён."),
  codeWrong: text("The code is wrong or no longer valid.", "Код неверен или больше не действует."),
  phoneCodeSent: text("A code was sent to the new phone.", "На новый номер отправлен код подтверждения."),
  phoneChanged: text("The phone was changed.", "Номер телефона изменён."),
  unknownAddress: text(
    "No account was found with this e-mail address. Please try another one.",
    "Профиль пользователя с такой электронной почтой не найден. Пожалуйста, попробуйте ввести другой e-mail адрес.",
  ),
  emailNotAscii: text(
    "An e-mail address takes letters of the English alphabet only.",
    "Почта должна содержать буквы только английского алфавита.",
  ),
  emailLength: text(
    "An e-mail address has 5 to 254 characters.",
    "Почта должна содержать от 5 до 254 символов.",
  ),
  emailFormat: text("Invalid e-mail address.", "Некорректный адрес электронной почты."),
  passwordLength: text("A password has 8 to 50 characters.", "Пароль должен содержать от 8 до 50 символов."),
  firstNameLength: text(
    "A first name has 2 to 150 characters.",
    "Имя должно содержать от 2 до 150 символов.",
  ),
  lastNameLength: text(
    "A last name has 2 to 150 characters.",
    "Фамилия должна содержать от 2 до 150 символов.",
  ),
  nameCharacters: text("Invalid characters.", "Введены недопустимые символы."),
  birthdayFuture: text("Invalid date of birth.", "Некорректная дата рождения."),
  birthdayYoung: text(
    "The age is under 14! Check the date of birth.",
    "Указанный возраст меньше 14 лет! Проверьте дату рождения.",
  ),
  birthdayOld: text(
    "The age is over 120! Check the date of birth.",
    "Возраст больше 120 лет! Проверьте дату рождения.",
  ),
  client: text("Client", "Клиент"),
  driver: text("Driver", "Водитель"),
  operator: text("Operator", "Оператор"),
  tokenInvalid: literal("Token is invalid or expired"),
  tokenWrongType: literal("Token has wrong type"),
  tokenReused: literal("Token is blacklisted"),
  firstName: text("first name", "Имя"),
  lastName: text("last name", "Фамилия"),
  emailAddress: text("email address", "Электронная почта"),
  username: text("username", "Имя пользователя"),
} satisfies Record<string, Text>;
