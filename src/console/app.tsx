/** The application: providers, sign-in and routes. */
import { QueryClient, useQuery } from "@tanstack/react-query";
import { CoreAdminContext, localStorageStore } from "ra-core";
import { lazy, type ReactNode, Suspense, useEffect, useSyncExternalStore } from "react";
import {
  createBrowserRouter,
  Link,
  Navigate,
  Route,
  RouterProvider,
  Routes,
  useParams,
} from "react-router-dom";
import { ACCOUNT, readAccount } from "./account/account.ts";
import { authProvider, mustSetUpFactor } from "./auth.ts";
import { dataProvider, isWhole } from "./data.ts";
import {
  DeclarationProvider,
  mayOpen,
  readDeclaration,
  useDeclared,
  useMayOpen,
  useResources,
} from "./declaration.tsx";
import { i18nProvider, useWords } from "./i18n.ts";
import { Button } from "./kit/button.tsx";
import { InfoPage, Loading } from "./kit/page.tsx";
import { Toasts } from "./kit/toasts.tsx";
import { LiveConnection } from "./live-provider.tsx";
import { keepOwnId } from "./own.ts";
import { SignIn } from "./pages/sign-in.tsx";
import { session } from "./session.ts";
import { Shell } from "./shell/shell.tsx";
import type { PlainWord } from "./words.ts";
import { chooseZone } from "./zone.ts";

const Overview = lazy(() => import("./pages/overview.tsx").then(({ Overview }) => ({ default: Overview })));
const MapPage = lazy(() => import("./map/page.tsx").then(({ MapPage }) => ({ default: MapPage })));
const ListPage = lazy(() =>
  import("./records/list/list.tsx").then(({ ListPage }) => ({ default: ListPage })),
);
const AuditPage = lazy(() => import("./pages/audit.tsx").then(({ AuditPage }) => ({ default: AuditPage })));
const CreatePage = lazy(() =>
  import("./records/record/form.tsx").then(({ CreatePage }) => ({ default: CreatePage })),
);
const RecordPage = lazy(() =>
  import("./records/record/record.tsx").then(({ RecordPage }) => ({ default: RecordPage })),
);
const AccountPage = lazy(() =>
  import("./account/page.tsx").then(({ AccountPage }) => ({ default: AccountPage })),
);
const Conversations = lazy(() =>
  import("./pages/conversations/page.tsx").then(({ Conversations }) => ({ default: Conversations })),
);
const DeliveryHead = lazy(() =>
  import("./pages/delivery.tsx").then(({ DeliveryHead }) => ({ default: DeliveryHead })),
);
const RoomHealth = lazy(() =>
  import("./pages/rooms.tsx").then(({ RoomHealth }) => ({ default: RoomHealth })),
);
const LetterHead = lazy(() =>
  import("./pages/letter.tsx").then(({ LetterHead }) => ({ default: LetterHead })),
);
const Security = lazy(() => import("./security/page.tsx").then(({ Security }) => ({ default: Security })));
const CallPage = lazy(() => import("./pages/call/page.tsx").then(({ CallPage }) => ({ default: CallPage })));
const OrderTools = lazy(() =>
  import("./pages/order/tools.tsx").then(({ OrderTools }) => ({ default: OrderTools })),
);
const OrderHead = lazy(() =>
  import("./pages/order/head.tsx").then(({ OrderHead }) => ({ default: OrderHead })),
);

const store = {
  ...localStorageStore("1", "caravan"),
  // Saved filters stay after a sign-out.
  reset: () => {},
};

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (count, error) => count < 2 && !("status" in error),
      staleTime: ({ queryKey: [, kind], state }) => (kind === "getOne" && !isWhole(state.data) ? 0 : 5_000),
    },
  },
});

// Nothing that one person has read is shown to the next.
session.onChange(() => queryClient.clear());

/** A data router, because only that one asks before a form is left (`kit/guard.tsx`). */
const router = createBrowserRouter([{ path: "*", element: <Console /> }], { basename: "/admin" });

export function App() {
  return <RouterProvider router={router} />;
}

function Console() {
  return (
    <CoreAdminContext
      authProvider={authProvider}
      dataProvider={dataProvider}
      i18nProvider={i18nProvider}
      store={store}
      queryClient={queryClient}
    >
      <Routes>
        <Route path="*" element={<Gate />} />
      </Routes>
      <Toasts />
    </CoreAdminContext>
  );
}

/** Shows the console to people who may use it, with the resources that the API declares to them. */
function Gate() {
  const key = useSyncExternalStore(session.onChange, session.key);
  const words = useWords();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ["declaration", key],
    queryFn: async ({ signal }) => {
      const [resources, account] = await Promise.all([
        readDeclaration(signal),
        readAccount(signal).catch(() => null),
      ]);
      // Without an answer, times are in the browser's zone.
      chooseZone(account?.time_zone ?? null);
      keepOwnId(account?.id);
      if (account) queryClient.setQueryData(ACCOUNT, account);
      return resources;
    },
    enabled: key !== null,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const status = error && "status" in error ? error.status : 0;
  const isRefused = !mustSetUpFactor(error) && (status === 401 || status === 403);
  useEffect(() => {
    if (isRefused && key !== null) session.forget(key);
  }, [isRefused, key]);
  if (key !== null && mustSetUpFactor(error))
    return (
      <Suspense fallback={<Loading />}>
        <main className="set-up">
          <Security onReady={refetch} />
        </main>
      </Suspense>
    );
  if (key === null || isRefused) return <SignIn />;
  if (isPending) return <Loading />;
  if (error)
    return (
      <InfoPage text={words("sign.failed")}>
        <Button onClick={() => refetch()}>{words("do.retry")}</Button>
      </InfoPage>
    );
  return (
    <DeclarationProvider resources={data}>
      <LiveConnection key={key}>
        <Shell>
          <Suspense fallback={<Loading />}>
            <Routes>
              <Route index element={<Home />} />
              <Route path="login" element={<Navigate to="/" replace />} />
              <Route path="map" element={<May open="live" page={<MapPage />} />} />
              <Route path="account" element={<AccountPage />} />
              <Route path="conversations/:id?" element={<May open="tickets" page={<Conversations />} />} />
              <Route path="security" element={<Security />} />
              <Route path=":resource" element={<Records show="list" />} />
              <Route path=":resource/create" element={<Records show="create" />} />
              <Route path=":resource/:id" element={<Records show="record" />} />
              <Route path="*" element={<NotFound />} />
            </Routes>
          </Suspense>
        </Shell>
      </LiveConnection>
    </DeclarationProvider>
  );
}

type OpenPage = Parameters<typeof useMayOpen>[0];

function May({ open, page }: { open: OpenPage; page: ReactNode }) {
  return useMayOpen(open) ? page : <NotFound />;
}

/** The overview, or the first page that this person may open. */
function Home() {
  const resources = useResources();
  const [first] = resources;
  if (mayOpen(resources, "overview")) return <Overview />;
  return first ? <Navigate to={`/${first.name}`} replace /> : <NotFound />;
}

function Records({ show }: { show: "list" | "create" | "record" }) {
  const { resource: name, id } = useParams();
  const resource = useDeclared(name);
  if (!resource) return <NotFound />;
  if (show === "create" && resource.further.includes("take")) return <CallPage />;
  if (show === "create")
    return resource.can.create ? <CreatePage key={name} resource={resource} /> : <NotFound />;
  if (show === "list" && name === "request-log")
    return (
      <>
        <ListPage key={name} resource={resource} />
        <Sampled />
      </>
    );
  if (show === "list" && name === "rooms")
    return (
      <>
        <RoomHealth />
        <ListPage key={name} resource={resource} />
      </>
    );
  if (show === "list")
    return name === "audit-log" ? (
      <AuditPage key={name} resource={resource} />
    ) : (
      <ListPage key={name} resource={resource} />
    );
  if (resource.subject === "order")
    return (
      <RecordPage
        key={id}
        resource={resource}
        head={(order) => <OrderHead order={order} />}
        tools={(order) => <OrderTools order={order} />}
      />
    );
  if (resource.subject === "outbox")
    return <RecordPage key={id} resource={resource} head={(row) => <LetterHead row={row} />} />;
  if (resource.subject === "webhook_delivery")
    return (
      <RecordPage
        key={id}
        // The head shows the log.
        resource={{ ...resource, fields: resource.fields.filter((field) => field.name !== "log") }}
        head={(delivery) => <DeliveryHead delivery={delivery} />}
      />
    );
  if (resource.subject === "ticket")
    return (
      <RecordPage
        key={id}
        resource={resource}
        tools={() => <LinkTo open="tickets" path={`/conversations/${id}`} word="nav.tickets" />}
      />
    );
  if (resource.subject === "tow_truck")
    return (
      <RecordPage
        key={id}
        resource={resource}
        tools={() => <LinkTo open="live" path={`/map?truck=${id}`} word="nav.map" />}
      />
    );
  return <RecordPage key={id} resource={resource} />;
}

/** Which requests the log has. */
function Sampled() {
  const words = useWords();
  return <p className="quiet pad">{words("requests.about")}</p>;
}

function LinkTo({ open, path, word }: { open: OpenPage; path: string; word: PlainWord }) {
  const words = useWords();
  if (!useMayOpen(open)) return null;
  return (
    <Link className="button" to={path}>
      {words(word)}
    </Link>
  );
}

function NotFound() {
  const words = useWords();
  return <InfoPage text={words("nav.notFound")} />;
}
