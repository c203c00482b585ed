/** Where one is signed in: the last activity of each device, and the end of one or of all others. */
import { useQuery } from "@tanstack/react-query";
import { useNotify } from "ra-core";
import { useState } from "react";
import { useCode } from "../codes.ts";
import { useFormats, useWords } from "../i18n.ts";
import { Button } from "../kit/button.tsx";
import { Confirm } from "../kit/dialog.tsx";
import { InfoText, Loading } from "../kit/page.tsx";
import { call } from "../session.ts";
import { deviceName, isBrowser } from "./device-name.ts";

const PATH = "/api/v1/auth/sessions/";
export const DEVICES = ["account", "devices"] as const;

interface Device {
  readonly id: string;
  readonly app: string;
  readonly current: boolean;
  readonly address: string;
  readonly user_agent: string;
  readonly created_at: string;
  readonly last_seen_at: string;
}

export function Devices() {
  const words = useWords();
  const notify = useNotify();
  const [asked, setAsked] = useState<Device | "others" | null>(null);
  const [busy, setBusy] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: DEVICES,
    queryFn: ({ signal }) => call<readonly Device[]>("GET", PATH, { signal }),
  });
  const end = async () => {
    if (asked === null) return;
    setBusy(true);
    try {
      await call("DELETE", asked === "others" ? PATH : `${PATH}${asked.id}/`);
      notify(asked === "others" ? "account.othersEnded" : "account.deviceEnded", { type: "success" });
    } catch (fault) {
      notify(fault instanceof Error ? fault.message : "error.offline", { type: "error" });
    }
    await refetch();
    setBusy(false);
    setAsked(null);
  };
  const others = (data ?? []).filter(({ current }) => !current);
  return (
    <section className="own">
      <h2>{words("account.devices")}</h2>
      {error ? <InfoText icon="alert" text={error.message} /> : data ? null : <Loading />}
      <ul className="devices">
        {[...(data ?? [])]
          .sort((one, other) => Number(other.current) - Number(one.current))
          .map((device) => (
            <DeviceRow key={device.id} device={device} onEnd={() => setAsked(device)} />
          ))}
      </ul>
      {others.length > 0 ? (
        <div className="row">
          <Button look="danger" onClick={() => setAsked("others")}>
            {words("account.endOthers")}
          </Button>
        </div>
      ) : null}
      {asked ? (
        <Confirm
          title={
            asked === "others"
              ? words("account.endOthersTitle")
              : words("account.endTitle", { name: deviceName(asked.user_agent) || asked.address })
          }
          action={words(asked === "others" ? "account.endOthers" : "account.end")}
          keep={words(asked === "others" ? "account.leaveOthers" : "account.leave")}
          danger
          busy={busy}
          onConfirm={end}
          onClose={() => setAsked(null)}
        >
          <p>{words(asked === "others" ? "account.endOthersAbout" : "account.endAbout")}</p>
        </Confirm>
      ) : null}
    </section>
  );
}

function DeviceRow({ device, onEnd }: { device: Device; onEnd: () => void }) {
  const words = useWords();
  const code = useCode();
  const formats = useFormats();
  const name = deviceName(device.user_agent) || words("account.unknownDevice");
  return (
    <li>
      <div>
        <strong>{name}</strong>{" "}
        {device.current ? <span className="badge">{words("account.here")}</span> : null}
        <p className="quiet">
          {[
            isBrowser(device.user_agent) ? null : code(device.app),
            device.address,
            words("account.seen", { at: formats.ago(device.last_seen_at) }),
            words("account.since", { at: formats.instant(device.created_at) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      {device.current ? null : (
        <Button onClick={onEnd} aria-label={words("account.endNamed", { name })}>
          {words("account.end")}
        </Button>
      )}
    </li>
  );
}
