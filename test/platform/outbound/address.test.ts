/** URLs that users give: which are asked, and why the others are not. */
import { describe, expect, test } from "vitest";
import {
  type AddressFault,
  type AddressPolicy,
  outboundAddress,
} from "../../../src/platform/outbound/address.ts";

const policy: AddressPolicy = {
  ownHosts: ["caravan.example.com", "localhost:8787", "127.0.0.1:8787"],
  admitsLoopback: false,
};

const asked: [given: string, as: string][] = [
  ["https://hooks.example.com/in", "https://hooks.example.com/in"],
  ["https://hooks.example.com:443/in?a=1#part", "https://hooks.example.com/in?a=1"],
  ["https://hooks.example.com./in", "https://hooks.example.com/in"],
  ["HTTPS://Hooks.EXAMPLE.com/In", "https://hooks.example.com/In"],
  ["https://пример.рф/", "https://xn--e1afmkfd.xn--p1ai/"],
  ["https://a_b.example.com/", "https://a_b.example.com/"],
  ["https://localhost.example.com/", "https://localhost.example.com/"],
  ["https://1.2.3.4.example.com/", "https://1.2.3.4.example.com/"],
  ["https://other.caravan.example.com/", "https://other.caravan.example.com/"],
];

const refused: [given: string, why: AddressFault][] = [
  ["", "malformed"],
  ["hooks.example.com", "malformed"],
  ["/hooks", "malformed"],
  [" https://hooks.example.com/", "malformed"],
  ["https://hooks.example.com/a b", "malformed"],
  ["https://hooks.exam\nple.com/", "malformed"],
  ["https://hooks.exam\tple.com/", "malformed"],
  ["https:\\\\hooks.example.com\\", "malformed"],
  ["https://hooks..example.com/", "malformed"],
  ["https://hooks.example.com../", "malformed"],
  ["https://", "malformed"],
  [`https://hooks.example.com/${"a".repeat(2048)}`, "malformed"],
  [`https://${"a".repeat(64)}.example.com/`, "malformed"],
  [`https://${"a.".repeat(130)}example.com/`, "malformed"],
  ["https://ho!oks.example.com/", "malformed"],
  ["http://hooks.example.com/", "scheme"],
  ["ftp://hooks.example.com/", "scheme"],
  ["file:///etc/passwd", "scheme"],
  ["javascript:alert(1)", "scheme"],
  ["data:text/plain,a", "scheme"],
  ["wss://hooks.example.com/", "scheme"],
  ["https://user@hooks.example.com/", "credentials"],
  ["https://user:secret@hooks.example.com/", "credentials"],
  ["https://:secret@hooks.example.com/", "credentials"],
  ["https://hooks.example.com:8443/", "port"],
  ["https://hooks.example.com:80/", "port"],
  ["https://hooks.example.com:22/", "port"],
  // Every spelling of an address is one.
  ["https://93.184.216.34/", "ip"],
  ["https://127.0.0.1/", "ip"],
  ["https://127.0.0.1./", "ip"],
  ["https://127.1/", "ip"],
  ["https://2130706433/", "ip"],
  ["https://0x7f000001/", "ip"],
  ["https://0x7f.1/", "ip"],
  ["https://0177.0.0.1/", "ip"],
  ["https://0/", "ip"],
  ["https://１２７.０.０.１/", "ip"],
  ["https://127。0。0。1/", "ip"],
  ["https://%31%32%37.0.0.1/", "ip"],
  ["https://169.254.169.254/latest/meta-data/", "ip"],
  ["https://10.0.0.5/", "ip"],
  ["https://[::1]/", "ip"],
  ["https://[::ffff:127.0.0.1]/", "ip"],
  ["https://[fd00::1]/", "ip"],
  ["https://[2606:4700::1111]/", "ip"],
  ["https://intranet/", "private_name"],
  ["https://db/", "single_label"],
  ["https://db./", "single_label"],
  ["https://localhost/", "private_name"],
  ["https://localhost./", "private_name"],
  ["https://LOCALHOST/", "private_name"],
  ["https://a.localhost/", "private_name"],
  ["https://printer.local/", "private_name"],
  ["https://printer.local./", "private_name"],
  ["https://metadata.google.internal/", "private_name"],
  ["https://router.home.arpa/", "private_name"],
  ["https://router.lan/", "private_name"],
  ["https://1.0.0.127.in-addr.arpa/", "private_name"],
  ["https://caravan.example.com/api/", "own_host"],
  ["https://caravan.example.com./api/", "own_host"],
  ["https://CARAVAN.example.com/api/", "own_host"],
];

describe("URLs that users give", () => {
  test.each(asked)("A URL that names a public host over https is asked: %s.", (given, as) => {
    const address = outboundAddress(given, policy);
    expect("url" in address && address.url.href).toBe(as);
  });

  test.each(refused)("A URL that could lead elsewhere is refused: %j is %s.", (given, why) => {
    expect(outboundAddress(given, policy)).toEqual({ fault: why });
  });

  const admitting = { ...policy, admitsLoopback: true };

  test.each(["http://localhost:3000/in", "http://127.0.0.1:3000/", "https://[::1]:3000/", "http://127.1/"])(
    "A URL may be of this machine where development admits it: %s.",
    (given) => {
      expect(outboundAddress(given, admitting)).toHaveProperty("url");
      expect(outboundAddress(given, policy)).toHaveProperty("fault");
    },
  );

  test.each([
    ["http://localhost:8787/api/", "own_host"],
    ["http://127.0.0.1:8787/", "own_host"],
    ["http://user@localhost:3000/", "credentials"],
    ["ftp://localhost/", "scheme"],
    ["http://hooks.example.com/", "scheme"],
    ["http://192.168.0.4/", "scheme"],
    ["https://192.168.0.4/", "ip"],
    ["https://0.0.0.0/", "ip"],
    ["http://a.localhost/", "scheme"],
  ] as const)("A URL of another machine is refused in development, too: %s is %s.", (given, why) => {
    expect(outboundAddress(given, admitting)).toEqual({ fault: why });
  });
});
