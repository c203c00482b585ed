/** Pages behind links in messages: activate a new password with its code, and undo a change of address or phone. */

import { limited } from "../../../platform/http/input/fields.ts";
import { fill } from "../../../platform/http/messages.ts";
import { type Route, route } from "../../../platform/http/route.ts";
import { type Text, text } from "../../../platform/http/text.ts";
import type { RequestContext } from "../../../platform/runtime.ts";
import { z } from "../../../platform/zod.ts";
import { findUndo, undoChange } from "../accounts/contacts.ts";
import { messages } from "../messages.ts";
import { activateReset, isResetWaiting } from "../recovery/phone-reset.ts";
import { card, confirmationPage, deadLinkPage, passwordChangedPage } from "./cards.tsx";

const words = {
  codeTitle: text("Enter the code from the message", "Введите код из сообщения"),
  codeMore: text(
    "It activates the password that was entered in the app. If you did not request a new password, close this page and do not share the code.",
    "Он включит пароль, который ввели в приложении. Если вы не запрашивали новый пароль, закройте страницу и никому не сообщайте код.",
  ),
  code: text("Code", "Код"),
  activate: text("Activate the password", "Включить пароль"),
  undoTitle: text("Undo the change", "Отменить изменение"),
  undoMore: text(
    "The account will get {value} back, and every device will be signed out.",
    "Учётной записи вернётся {value}, все устройства выйдут из системы.",
  ),
  undo: text("Undo the change", "Отменить изменение"),
  undone: text("The change was undone", "Изменение отменено"),
  undoneMore: text(
    "Every device was signed out. If somebody else knows the password, reset it in the app now.",
    "Все устройства вышли из системы. Если пароль знает кто-то ещё, сбросьте его в приложении.",
  ),
} satisfies Record<string, Text>;

const codePath = "/password_reset_phone/:id";
const codeParams = z.object({ id: z.uuid() });

function codeForm(ctx: RequestContext, fault: Text | null, status = 200): Response {
  const { locale } = ctx;
  return card(
    ctx,
    words.codeTitle,
    <form method="post">
      {fault ? (
        <p class="fault" role="alert">
          {fault[locale]}
        </p>
      ) : null}
      <p>{words.codeMore[locale]}</p>
      <label>
        {words.code[locale]}
        <input
          type="text"
          name="code"
          inputmode="numeric"
          autocomplete="one-time-code"
          required
          maxlength={10}
        />
      </label>
      <button type="submit">{words.activate[locale]}</button>
    </form>,
    status,
  );
}

const codePage = route({
  method: "get",
  path: codePath,
  tag: "Pages",
  summary: "Show the form for a reset code",
  access: "public",
  hidden: true,
  params: codeParams,
  responses: {},
  async handle({ ctx, params }) {
    return (await isResetWaiting(ctx, params.id)) ? codeForm(ctx, null) : deadLinkPage(ctx);
  },
});

const codeSubmit = route({
  method: "post",
  path: codePath,
  tag: "Pages",
  summary: "Activate the new password with the code",
  access: "public",
  hidden: true,
  params: codeParams,
  body: z.object({ code: limited(20).catch("") }),
  responses: {},
  async handle({ ctx, params, body }) {
    const result = await activateReset(ctx, params.id, body.code.trim());
    if (result === "changed") return passwordChangedPage(ctx);
    return result === "wrong" ? codeForm(ctx, messages.codeWrong, 400) : deadLinkPage(ctx);
  },
});

const undoPath = "/account-undo/:secret";
const undoParams = z.object({ secret: limited(200) });

const undoPage = route({
  method: "get",
  path: undoPath,
  tag: "Pages",
  summary: "Show the button that undoes a change of address or phone",
  access: "public",
  hidden: true,
  params: undoParams,
  responses: {},
  async handle({ ctx, params }) {
    const former = await findUndo(ctx, params.secret);
    if (!former) return deadLinkPage(ctx);
    return confirmationPage(ctx, words.undoTitle, fill(words.undoMore, { value: former.value }), words.undo);
  },
});

const undoSubmit = route({
  method: "post",
  path: undoPath,
  tag: "Pages",
  summary: "Undo a change of address or phone",
  access: "public",
  hidden: true,
  params: undoParams,
  responses: {},
  async handle({ ctx, params }) {
    if (!(await undoChange(ctx, params.secret))) return deadLinkPage(ctx);
    return card(ctx, words.undone, <p>{words.undoneMore[ctx.locale]}</p>);
  },
});

export const contactPages: readonly Route[] = [codePage, codeSubmit, undoPage, undoSubmit];
