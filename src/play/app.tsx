/** The page: its head, the choice of a scene by the address's hash, and the scene. */
import { useEffect, useState } from "react";
import { Button } from "../console/kit/button.tsx";
import { toggleTheme } from "../console/theme.ts";
import { ChatScene } from "./chat/scene.tsx";
import { EventScene } from "./event/scene.tsx";
import { useLanguage, useWords } from "./language.tsx";
import { How } from "./parts/how.tsx";
import { TruckScene } from "./truck/scene.tsx";

const SCENES = { chat: ChatScene, event: EventScene, truck: TruckScene } as const;
type SceneName = keyof typeof SCENES;
const NAMES = Object.keys(SCENES) as SceneName[];

export function App() {
  const words = useWords();
  const scene = useScene();
  const Scene = SCENES[scene];
  return (
    <>
      <Head />
      <main id="content">
        <div className="intro">
          <h1>{words("page.name")}</h1>
          <p>{words("page.lead")}</p>
        </div>
        <nav className="scenes" aria-label={words("page.scenes")}>
          {NAMES.map((name) => (
            <a key={name} href={`#${name}`} aria-current={name === scene ? "page" : undefined}>
              {words(`${name}.name`)}
            </a>
          ))}
        </nav>
        <section className="scene" aria-labelledby="scene-name">
          <h2 id="scene-name">{words(`${scene}.name`)}</h2>
          <p className="quiet">{words(`${scene}.lead`)}</p>
          <How />
          <Scene />
        </section>
      </main>
    </>
  );
}

function Head() {
  const words = useWords();
  const { locale, change } = useLanguage();
  return (
    <header className="page-top">
      <a className="skip" href="#content">
        {words("page.skip")}
      </a>
      <a className="brand" href="/">
        <img src="/static/favicon.svg" alt="" width="22" height="22" /> Caravan
      </a>
      <nav>
        <a href="/docs/">{words("nav.docs")}</a>
        <a href="/swagger/">{words("nav.api")}</a>
      </nav>
      <button
        type="button"
        className="button quiet"
        lang={locale === "ru" ? "en" : "ru"}
        onClick={() => change(locale === "ru" ? "en" : "ru")}
      >
        {words("nav.language")}
      </button>
      <Button icon="sun" look="quiet" label={words("nav.theme")} onClick={toggleTheme} />
    </header>
  );
}

function useScene(): SceneName {
  const [scene, setScene] = useState(sceneInAddress);
  useEffect(() => {
    const follow = () => setScene((before) => (location.hash === "#content" ? before : sceneInAddress()));
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return scene;
}

const sceneInAddress = () => NAMES.find((name) => location.hash === `#${name}`) ?? "chat";
