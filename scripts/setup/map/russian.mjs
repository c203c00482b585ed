// Russian names of Russia's cities, from the Latin ones of GeoNames. Those follow BGN/PCGN, which can mostly be read back;
// English names, and those without their soft signs, are listed.

const KNOWN = Object.fromEntries(
  `Moscow Москва, Saint Petersburg Санкт-Петербург, Kazan Казань, Perm Пермь, Ulyanovsk Ульяновск, Yaroslavl Ярославль,
  Tyumen Тюмень, Astrakhan Астрахань, Tver Тверь, Nizhny Tagil Нижний Тагил, Komsomolsk-on-Amur Комсомольск-на-Амуре,
  Yoshkar-Ola Йошкар-Ола, Podolsk Подольск, Norilsk Норильск, Korolev Королёв, Noyabrsk Ноябрьск, Nyagan Нягань,
  Mineralnye Vody Минеральные Воды, Peterhof Петергоф, Zelenodolsk Зеленодольск, Shchelkovo Щёлково, Raduzhny Радужный,
  Beryozovsky Берёзовский, Dalnegorsk Дальнегорск, Yubileyny Юбилейный, Pyt-Yakh Пыть-Ях, Kronstadt Кронштадт,
  Likino-Dulevo Ликино-Дулёво, Mirny Мирный, Sovetsk Советск, Nefteyugansk Нефтеюганск, Krasnogvargeisky Красногвардейский,
  Ulan-Ude Улан-Удэ, Centralniy Центральный, Vasyl'evsky Ostrov Васильевский остров, Admiralteisky Адмиралтейский, Tyoply Stan Тёплый Стан,
  Komendantsky aerodrom Комендантский аэродром, Dzerzhinsky Дзержинский, Beloretsk Белорецк`
    .split(/,\s*/)
    .map((pair) => /^([^А-Яа-яЁё]+) (.+)$/.exec(pair).slice(1)),
);

const LETTERS = Object.fromEntries(
  "a а,b б,v в,g г,d д,e е,ë ё,z з,i и,k к,l л,m м,n н,o о,p п,r р,s с,t т,u у,f ф,h х,’ ь,' ь,ts ц,zh ж,kh х,ch ч,sh ш,shch щ"
    .split(",")
    .map((pair) => pair.split(" ")),
);
const AFTER_Y = { a: "я", e: "е", o: "ё", u: "ю" };
const VOWEL = /[aeiouëy]/;

/** The Russian name for a Latin one: `Gus’-Khrustal’nyy` is Гусь-Хрустальный. */
export const russianName = (name) => KNOWN[name] ?? name.replace(/[a-zë’']+/gi, word);

function word(latin) {
  const letters = latin.toLowerCase();
  let russian = "";
  for (let at = 0; at < letters.length; ) {
    const [text, length] = next(letters, at);
    russian += text;
    at += length;
  }
  return /^[A-ZË]/.test(latin) ? russian.charAt(0).toUpperCase() + russian.slice(1) : russian;
}

/** The Russian letters for what begins here, and how many Latin ones they stand for. */
function next(letters, at) {
  const rest = letters.slice(at);
  if (rest === "sky") return ["ский", 3];
  if (rest === "tsky") return [/[ei]/.test(letters[at - 1] ?? "") ? "цкий" : "тский", 4];
  if (at === 0 && rest.startsWith("e")) return ["э", 1];
  // Bratsk is Братск, but Lipetsk is Липецк.
  if (rest.startsWith("tsk") && !/[ei]/.test(letters[at - 1] ?? "")) return ["т", 1];
  if (rest.startsWith("y")) return letterY(rest, letters[at - 1] ?? "");
  const found = [4, 2, 1].find((length) => rest.length >= length && rest.slice(0, length) in LETTERS);
  return found ? [LETTERS[rest.slice(0, found)], found] : [rest[0], 1];
}

function letterY(rest, before) {
  if (/^yy[aeou]/.test(rest)) return ["ы", 1];
  if (rest.startsWith("yy")) return ["ый", 2];
  const soft = AFTER_Y[rest[1]];
  if (soft) return [soft, 2];
  return [VOWEL.test(before) ? "й" : "ы", 1];
}
