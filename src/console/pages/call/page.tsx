/** An order for a client who calls: who, which car, from where to where, the tariff and its price, when. */
import { useQuery } from "@tanstack/react-query";
import { HttpError, useNotify } from "ra-core";
import { type FormEvent, lazy, Suspense, useState } from "react";
import { useNavigate, useSearchParams } from "react-router-dom";
import { useFormats, useWords } from "../../i18n.ts";
import { Button } from "../../kit/button.tsx";
import { useDebounced } from "../../kit/debounce.ts";
import { Fault } from "../../kit/fault.tsx";
import { forgetUnsaved, Guard } from "../../kit/guard.tsx";
import { Loading, PageTitle } from "../../kit/page.tsx";
import { Control } from "../../records/fields/inputs.tsx";
import type { PlainWord } from "../../words.ts";
import { NOWHERE, type Place, withAddress, withPoint } from "./place.ts";
import { PlaceField } from "./place-field.tsx";
import { findCaller, placeOrder, readPrice, wayOf } from "./requests.ts";

const PointMap = lazy(() => import("../../map/point-map.tsx"));

type End = "pickup" | "delivery";
type Values = Readonly<Record<string, unknown>>;
const isTyped = (value: unknown) => value !== undefined && value !== null && value !== "";

export function CallPage() {
  const words = useWords();
  const formats = useFormats();
  const navigate = useNavigate();
  const notify = useNotify();
  const [search] = useSearchParams();
  const [values, setValues] = useState<Values>(() => ({ phone: search.get("phone") ?? "" }));
  const [ends, setEnds] = useState<Readonly<Record<End, Place>>>({ pickup: NOWHERE, delivery: NOWHERE });
  const [picking, setPicking] = useState<End>("pickup");
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const set = (more: Values) => setValues((before) => ({ ...before, ...more }));

  const phone = useDebounced(String(values.phone ?? ""));
  const { data: caller, error: phoneFault } = useQuery({
    queryKey: ["caller", phone],
    queryFn: ({ signal }) => findCaller(phone, signal),
    enabled: phone.replace(/\D/g, "").length >= 10,
    retry: false,
  });
  const known = phone === values.phone ? caller : undefined;
  const car = known?.vehicles.find(({ id }) => id === values.vehicle) ?? null;
  const pickup = ends.pickup.point;
  const delivery = ends.delivery.point;
  const way = pickup && delivery && values.vehicle_type ? wayOf(pickup, delivery, values.vehicle_type) : null;
  const { data: price, error: priceFault } = useQuery({
    queryKey: ["estimate", way],
    queryFn: ({ signal }) => readPrice(way ?? {}, signal),
    enabled: way !== null,
    retry: false,
  });

  const setEnd = (name: End, end: Place) => setEnds((before) => ({ ...before, [name]: end }));
  const setPoint = (name: End, next: Place) => {
    setEnd(name, next);
    if (name === "pickup" && !delivery) setPicking("delivery");
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (!way) return;
    setBusy(true);
    try {
      const { id } = await placeOrder({
        ...withoutBlanks(values),
        ...way,
        pickup_address: ends.pickup.address,
        delivery_address: ends.delivery.address,
        vehicle: car?.id ?? null,
      });
      notify("ra.notification.created", { type: "success" });
      forgetUnsaved();
      navigate(`/orders/${id}`);
    } catch (error) {
      const errors = error instanceof HttpError ? Object(error.body?.errors) : {};
      setFaults(errors as Record<string, string>);
      notify(error instanceof Error ? error.message : "error.offline", { type: "error" });
    }
    setBusy(false);
  };
  const input = (name: string, label: PlainWord, more: Partial<InputFieldProps> = {}) => (
    <InputField
      name={name}
      label={words(label)}
      value={values[name]}
      fault={faults[name]}
      onChange={(value) => set({ [name]: value })}
      {...more}
    />
  );
  const end = (name: End, label: PlainWord) => (
    <PlaceField
      label={words(label)}
      place={ends[name]}
      picking={picking === name}
      fault={faults[`${name}_address`] ?? faults[`${name}_latitude`]}
      onAddress={(address) => setEnd(name, withAddress(ends[name], address))}
      onChoose={(chosen) => setPoint(name, chosen)}
      onPick={() => setPicking(name)}
    />
  );
  // The phone may come from the palette.
  const isEdited =
    Object.entries(values).some(([name, value]) => isTyped(value) && value !== search.get(name)) ||
    Object.values(ends).some(({ address }) => address !== "");
  const client = known?.client ?? null;
  const name = client ? [client.first_name, client.last_name].filter(Boolean).join(" ") : "";
  return (
    <section className="page call">
      <PageTitle title={words("call.title")} />
      <form className="form" onSubmit={save}>
        <Guard when={isEdited} />
        <h2>{words("call.client")}</h2>
        <div className="fields">
          {input("phone", "call.phone", {
            required: true,
            kind: "tel",
            fault: faults.phone ?? phoneFault?.message,
          })}
          {client ? (
            <p className="found" role="status">
              {words("call.known", { name: name || client.username })}
            </p>
          ) : known ? (
            <>
              <p className="found" role="status">
                {words("call.new")}
              </p>
              {input("first_name", "call.firstName")}
              {input("last_name", "call.lastName")}
            </>
          ) : null}
        </div>
        <h2>{words("call.car")}</h2>
        <div className="fields">
          {known && known.vehicles.length > 0 ? (
            <div className="field">
              <label htmlFor="call-vehicle">{words("call.car")}</label>
              <select
                id="call-vehicle"
                value={String(values.vehicle ?? "")}
                onChange={(event) => set({ vehicle: event.target.value })}
              >
                <option value="">{words("call.newCar")}</option>
                {known.vehicles.map((each) => (
                  <option key={each.id} value={each.id}>
                    {`${each.make} ${each.model} · ${each.license_plate}`}
                  </option>
                ))}
              </select>
            </div>
          ) : null}
          {car ? null : (
            <>
              {input("make", "call.make", { required: true })}
              {input("model", "call.model", { required: true })}
              {input("license_plate", "call.plate", { required: true })}
              {input("color", "call.color")}
            </>
          )}
        </div>
        <h2>{words("call.way")}</h2>
        <div className="fields">
          {end("pickup", "call.from")}
          {end("delivery", "call.to")}
        </div>
        <Suspense fallback={<Loading />}>
          <PointMap
            pickup={pickup}
            delivery={delivery}
            onPoint={(point) => setPoint(picking, withPoint(ends[picking], point))}
          />
        </Suspense>
        <h2>{words("call.order")}</h2>
        <div className="fields">
          {input("vehicle_type", "call.tariff", { required: true, kind: "tariff" })}
          {input("scheduled_at", "call.when", { kind: "instant" })}
          {input("priority", "call.priority", { kind: "priority" })}
          {input("description", "call.note", { kind: "note" })}
        </div>
        <div className="form-bar">
          <p className="price" aria-live="polite">
            {priceFault
              ? priceFault.message
              : price === undefined
                ? words("call.noPrice")
                : words("call.price", { price: formats.money(price) })}
          </p>
          <Button type="submit" look="main" disabled={busy || !way || !known}>
            {words("call.save")}
          </Button>
        </div>
      </form>
    </section>
  );
}

/** Without what was left empty. */
const withoutBlanks = (values: Values) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => isTyped(value)));

interface InputFieldProps {
  readonly name: string;
  readonly label: string;
  readonly value: unknown;
  readonly fault?: string | undefined;
  readonly required?: boolean;
  readonly kind?: "tel" | "instant" | "tariff" | "priority" | "note";
  readonly onChange: (value: unknown) => void;
}

const CONTROLS = {
  instant: { name: "scheduled_at", type: "instant" },
  tariff: { name: "vehicle_type", type: "reference", reference: "vehicle-types" },
  priority: { name: "priority", type: "enum", options: ["LOW", "NORMAL", "HIGH", "URGENT"] },
  note: { name: "description", type: "text" },
} as const;

function InputField({ name, label, value, fault, required, kind, onChange }: InputFieldProps) {
  const id = `call-${name}`;
  return (
    <div className={kind === "note" ? "field wide" : "field"}>
      <label htmlFor={id}>
        {label}
        {required ? <span aria-hidden="true"> *</span> : null}
      </label>
      {kind === undefined || kind === "tel" ? (
        <input
          id={id}
          type={kind ?? "text"}
          required={required}
          autoComplete="off"
          aria-invalid={Boolean(fault) || undefined}
          value={String(value ?? "")}
          onChange={(event) =>
            onChange(name === "license_plate" ? event.target.value.toUpperCase() : event.target.value)
          }
        />
      ) : (
        <Control
          field={CONTROLS[kind]}
          id={id}
          value={value ?? (kind === "priority" ? "NORMAL" : "")}
          onChange={onChange}
          invalid={Boolean(fault)}
        />
      )}
      <Fault text={fault} />
    </div>
  );
}
