/** Makes a public link to an order's map, to copy or to send. */
import { type Identifier, useNotify } from "ra-core";
import { useState } from "react";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { call } from "../../session.ts";

interface Share {
  readonly url: string;
  readonly expires_at: string;
}

export function ShareButton({ order }: { order: Identifier }) {
  const [share, setShare] = useState<Share | null>(null);
  const words = useWords();
  const formats = useFormats();
  const notify = useNotify();
  const make = async () => {
    try {
      setShare(await call<Share>("POST", `/api/v1/orders/${order}/share/`, { body: {} }));
    } catch (error) {
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
  };
  return (
    <>
      <Button onClick={make}>{words("order.share")}</Button>
      {share ? (
        <Dialog title={words("order.share")} onClose={() => setShare(null)}>
          <p>{words("order.shareAbout", { until: formats.instant(share.expires_at) })}</p>
          <p>
            <code className="json">{share.url}</code>
          </p>
          <Button look="main" onClick={() => navigator.clipboard.writeText(share.url)}>
            {words("order.copy")}
          </Button>
        </Dialog>
      ) : null}
    </>
  );
}
