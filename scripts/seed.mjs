// `npm run seed`: loads the sample data into the running development server; existing rows stay.
const origin = `http://127.0.0.1:${process.env.PORT ?? 8787}`;
const response = await fetch(`${origin}/dev/samples/`, { method: "POST" }).catch(() => null);
if (!response?.ok) {
  console.error(`No development server answers on ${origin}. Start one with npm run dev.`);
  process.exit(1);
}
const { loaded } = await response.json();
console.log(loaded.length > 0 ? `Loaded: ${loaded.join(", ")}` : "The sample data was loaded already.");
