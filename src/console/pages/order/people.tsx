/** The client and the driver of an order, with their phones one tap away. */
import { type RaRecord, useGetOne } from "ra-core";
import { useDeclared } from "../../declaration.tsx";
import { useWords } from "../../i18n.ts";
import { phoneWords } from "../../records/fields/titles.ts";
import { RecordLink } from "../../records/fields/values.tsx";

const SOMEBODY = { enabled: true };
const NOBODY = { enabled: false };

export function OrderPeople({ order, truck }: { order: RaRecord; truck: RaRecord | undefined }) {
  const words = useWords();
  return (
    <div className="people">
      <Contact label={words("call.client")} id={order.client} />
      {truck ? <Contact label={words("order.driver")} id={truck.driver} /> : null}
    </div>
  );
}

function Contact({ label, id }: { label: string; id: unknown }) {
  const isKnown = useDeclared("users") !== undefined && typeof id === "number";
  const { data: person } = useGetOne("users", { id: isKnown ? id : 0 }, isKnown ? SOMEBODY : NOBODY);
  if (!person) return null;
  const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
  return (
    <p>
      <span className="quiet">{label}: </span>
      <RecordLink resource="users" record={name ? { ...person, name } : person} />
      {person.phone ? (
        <>
          {" "}
          <a className="phone" href={`tel:${person.phone}`}>
            {phoneWords(String(person.phone))}
          </a>
        </>
      ) : null}
    </p>
  );
}
