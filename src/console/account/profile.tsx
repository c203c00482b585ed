/** One's own name, picture, addresses and time zone. A new phone waits for the code that is sent to it. */
import { useQueryClient } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { useId, useState } from "react";
import { useWords } from "../i18n.ts";
import { Dialog } from "../kit/dialog.tsx";
import { FileChanger } from "../records/files/file-changer.tsx";
import { call } from "../session.ts";
import { chooseZone } from "../zone.ts";
import { ACCOUNT, type Account, nameOf, PROFILE } from "./account.ts";
import { Face } from "./face.tsx";
import { OwnField, OwnForm } from "./form.tsx";

/** What the profile's route takes for pictures; the server checks again. */
const PICTURES = {
  types: ["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"],
  max_bytes: 10 * 1024 * 1024,
  replace: true,
  remove: true,
};

/** The end of a phone, whichever way it is written. */
const digitsOf = (phone: string) => phone.replace(/\D/g, "").slice(-10);

export function Profile({ account }: { account: Account }) {
  const words = useWords();
  const notify = useNotify();
  const cache = useQueryClient();
  const [phone, setPhone] = useState<string | null>(null);
  const keep = (changed: Account) => {
    chooseZone(changed.time_zone ?? null);
    cache.setQueryData(ACCOUNT, changed);
  };
  const reload = () => cache.invalidateQueries({ queryKey: ACCOUNT });
  const save = async (values: Readonly<Record<string, string>>) => {
    // Only what was changed: an unchanged address is not sent a letter.
    const body = Object.fromEntries(
      Object.entries(values).filter(([name, value]) => value !== (account[name as keyof Account] ?? "")),
    );
    if (Object.keys(body).length === 0) return undefined;
    const changed = await call<Account>("PATCH", PROFILE, { body });
    keep(changed);
    notify("ra.notification.updated", { type: "success" });
    if (body.phone && digitsOf(body.phone) !== digitsOf(changed.phone)) setPhone(body.phone);
    return undefined;
  };
  return (
    <section className="own">
      <h2>{words("account.profile")}</h2>
      <FileChanger
        label={words("account.picture")}
        filled={account.avatar !== null}
        rules={PICTURES}
        target={{ method: "PATCH", path: PROFILE, field: "avatar" }}
        onRemove={() => call("PATCH", PROFILE, { body: { avatar: null } })}
        onChanged={reload}
      >
        <div className="own-face">
          <Face account={account} large />
          <div>
            <strong>{nameOf(account)}</strong>
            <p className="quiet">{account.email || account.phone}</p>
          </div>
        </div>
      </FileChanger>
      <OwnForm key={JSON.stringify(account)} action={words("account.saveProfile")} onSubmit={save}>
        {(faults) => (
          <>
            <OwnField
              label={words("account.firstName")}
              name="first_name"
              value={account.first_name}
              autoComplete="given-name"
              faults={faults}
            />
            <OwnField
              label={words("account.lastName")}
              name="last_name"
              value={account.last_name}
              autoComplete="family-name"
              faults={faults}
            />
            <OwnField
              label={words("account.username")}
              name="username"
              value={account.username}
              autoComplete="username"
              faults={faults}
              required
            />
            <OwnField
              label={words("account.email")}
              name="email"
              type="email"
              value={account.email}
              autoComplete="email"
              hint={words("account.emailHint")}
              faults={faults}
            />
            <OwnField
              label={words("account.phone")}
              name="phone"
              type="tel"
              value={account.phone}
              autoComplete="tel"
              hint={words("account.phoneHint")}
              faults={faults}
            />
            <ZoneField value={account.time_zone ?? ""} />
          </>
        )}
      </OwnForm>
      {phone ? (
        <PhoneCode
          phone={phone}
          onDone={() => {
            setPhone(null);
            notify("account.phoneChanged", { type: "success" });
            void reload();
          }}
          onClose={() => setPhone(null)}
        />
      ) : null}
    </section>
  );
}

function ZoneField({ value }: { value: string }) {
  const words = useWords();
  const id = useId();
  const browsers = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const known = Intl.supportedValuesOf("timeZone");
  return (
    <div className="field">
      <label htmlFor={id}>{words("account.zone")}</label>
      <select id={id} name="time_zone" defaultValue={value}>
        <option value="">{words("account.browserZone", { zone: browsers })}</option>
        {(value && !known.includes(value) ? [value, ...known] : known).map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll("_", " ")}
          </option>
        ))}
      </select>
    </div>
  );
}

interface PhoneCodeProps {
  readonly phone: string;
  readonly onDone: () => void;
  readonly onClose: () => void;
}

function PhoneCode({ phone, onDone, onClose }: PhoneCodeProps) {
  const words = useWords();
  const confirm = async ({ code = "" }: Readonly<Record<string, string>>) => {
    await call("POST", "/api/v1/auth/phone/confirm/", { body: { code } });
    onDone();
    return undefined;
  };
  return (
    <Dialog title={words("account.phoneTitle")} onClose={onClose}>
      <p>{words("account.phoneSent", { phone })}</p>
      <OwnForm action={words("account.confirmPhone")} onSubmit={confirm}>
        {(faults) => (
          <OwnField
            label={words("account.code")}
            name="code"
            autoComplete="one-time-code"
            faults={faults}
            required
          />
        )}
      </OwnForm>
    </Dialog>
  );
}
