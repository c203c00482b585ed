// The documentation site: static pages under /docs/, searchable, with nothing from another origin.
import starlight from "@astrojs/starlight";
import { defineConfig, passthroughImageService } from "astro/config";

/** Sections of the sidebar, by folder. A page finds its place by its folder and its `sidebar.order`. */
const SECTIONS = [
  ["Start", "start"],
  ["Requests", "rest"],
  ["Realtime", "realtime"],
  ["Guides", "guides"],
  ["Move an app over", "move"],
  ["Run it yourself", "run"],
];

export default defineConfig({
  base: "/docs",
  trailingSlash: "always",
  build: { inlineStylesheets: "never" },
  image: { service: passthroughImageService() },
  devToolbar: { enabled: false },
  integrations: [
    starlight({
      title: "Caravan",
      logo: { src: "./src/assets/logo.svg" },
      favicon: "/favicon.svg",
      customCss: ["./src/styles/caravan.css"],
      credits: false,
      lastUpdated: false,
      pagination: true,
      tableOfContents: { minHeadingLevel: 2, maxHeadingLevel: 3 },
      head: [{ tag: "script", attrs: { src: "/docs/origin.js", defer: true } }],
      expressiveCode: {
        themes: ["github-dark", "github-light"],
        styleOverrides: {
          borderRadius: "8px",
          codeFontSize: "0.82rem",
          frames: { shadowColor: "transparent" },
        },
        defaultProps: { wrap: true, overridesByLang: { sh: { frame: "none" } } },
      },
      components: { SocialIcons: "./src/components/HeaderLinks.astro" },
      sidebar: [
        { label: "Overview", link: "/" },
        ...SECTIONS.map(([label, directory]) => ({ label, items: [{ autogenerate: { directory } }] })),
      ],
    }),
  ],
});
