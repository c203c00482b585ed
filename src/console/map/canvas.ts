/** The MapLibre map: draws changed shapes a few times a second, and reports clicks and drags. */
import {
  type GeoJSONSource,
  type MapGeoJSONFeature,
  Map as MapLibre,
  type MapMouseEvent,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Theme } from "../theme.ts";
import { say } from "../words.ts";
import { graticule, lineShape, NOTHING, type Shape } from "./shapes.ts";
import { styleFor } from "./style.ts";

setWorkerUrl(workerUrl);

export type SourceName = "trucks" | "orders" | "routes" | "track" | "cities";

export interface Handlers {
  truck(id: number): void;
  order(id: string): void;
  nothing(): void;
  /** A click anywhere, where points are chosen; then nothing is selected or dragged. */
  point?(place: { latitude: number; longitude: number }): void;
  /** An order was dragged onto a truck. */
  assign(order: string, truck: number): void;
}

/** Minimum interval between two drawings. Milliseconds. */
const DRAW_EVERY = 200;
/** Hit radius around the pointer in pixels. */
const REACH = 12;

export class Canvas {
  readonly #map: MapLibre;
  readonly #shapes = new Map<SourceName, Shape>();
  readonly #dirty = new Set<SourceName>();
  readonly #tiles: string | null;
  #drawing: ReturnType<typeof setTimeout> | null = null;
  #pulled: string | null = null;
  #from: [number, number] = [0, 0];

  constructor(place: HTMLElement, theme: Theme, tiles: string | null, handlers: Handlers) {
    this.#tiles = tiles;
    const language = document.documentElement.lang === "ru" ? "ru" : "en";
    this.#map = new MapLibre({
      container: place,
      style: styleFor(theme, tiles),
      center: [50, 57],
      zoom: 3,
      attributionControl: tiles ? {} : false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      locale: {
        "NavigationControl.ZoomIn": say(language, "map.zoomIn"),
        "NavigationControl.ZoomOut": say(language, "map.zoomOut"),
        "ScaleControl.Kilometers": say(language, "map.km"),
        "ScaleControl.Meters": say(language, "map.m"),
        "Map.Title": say(language, "nav.map"),
      },
    });
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.#map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
    this.#map.touchZoomRotate.disableRotation();
    this.#map.on("load", () => this.#drawAll());
    this.#map.on("moveend", () => this.#rule());
    this.#map.on("click", (event) => this.#clicked(event, handlers));
    this.#map.on("mousemove", (event) => this.#moved(event));
    if (!handlers.point) this.#map.on("mousedown", (event) => this.#pressed(event));
    this.#map.on("mouseup", (event) => this.#released(event, handlers));
  }

  /** Shows a shape; the same shape again costs nothing. */
  draw(name: SourceName, shape: Shape): void {
    if (this.#shapes.get(name) === shape) return;
    this.#shapes.set(name, shape);
    this.#dirty.add(name);
    this.#drawing ??= setTimeout(() => this.#flush(), DRAW_EVERY);
  }

  dress(theme: Theme): void {
    this.#map.setStyle(styleFor(theme, this.#tiles), { diff: false });
    this.#map.once("style.load", () => this.#drawAll());
  }

  look(longitude: number, latitude: number): void {
    this.#map.easeTo({ center: [longitude, latitude], zoom: Math.max(this.#map.getZoom(), 12) });
  }

  fit(bounds: [[number, number], [number, number]]): void {
    this.#map.fitBounds(bounds, { padding: 60, maxZoom: 13, duration: 400 });
  }

  end(): void {
    if (this.#drawing) clearTimeout(this.#drawing);
    this.#map.remove();
  }

  /** Redraws the grid for the visible area. */
  #rule(): void {
    if (this.#tiles) return;
    const bounds = this.#map.getBounds();
    this.#set("grid", graticule([bounds.getSouthWest().toArray(), bounds.getNorthEast().toArray()]));
  }

  #drawAll(): void {
    this.#rule();
    for (const name of this.#shapes.keys()) this.#dirty.add(name);
    this.#flush();
  }

  #flush(): void {
    this.#drawing = null;
    for (const name of this.#dirty) this.#set(name, this.#shapes.get(name) ?? NOTHING);
    // A source that does not exist yet is drawn when the style has loaded.
    if (this.#map.isStyleLoaded()) this.#dirty.clear();
  }

  #set(name: SourceName | "pull" | "grid", shape: Shape): void {
    this.#map.getSource<GeoJSONSource>(name)?.setData(shape as Parameters<GeoJSONSource["setData"]>[0]);
  }

  #hit({ point }: MapMouseEvent, layers: readonly string[]): MapGeoJSONFeature | undefined {
    if (!this.#map.getLayer("trucks")) return undefined;
    const { x, y } = point;
    return this.#map.queryRenderedFeatures(
      [
        [x - REACH, y - REACH],
        [x + REACH, y + REACH],
      ],
      { layers: [...layers] },
    )[0];
  }

  async #clicked(event: MapMouseEvent, handlers: Handlers): Promise<void> {
    if (handlers.point) return handlers.point({ latitude: event.lngLat.lat, longitude: event.lngLat.lng });
    const found = this.#hit(event, ["orders", "trucks", "clusters"]);
    if (!found) return handlers.nothing();
    const { id, cluster_id: cluster } = found.properties;
    if (found.layer.id === "orders") return handlers.order(String(id));
    if (found.layer.id === "trucks") return handlers.truck(Number(id));
    const source = this.#map.getSource<GeoJSONSource>("trucks");
    const zoom = await source?.getClusterExpansionZoom(Number(cluster));
    this.#map.easeTo({ center: event.lngLat, zoom: (zoom ?? this.#map.getZoom()) + 0.5 });
  }

  /** Starts dragging a waiting order; anywhere else the map is moved. */
  #pressed(event: MapMouseEvent): void {
    const order = this.#hit(event, ["orders"]);
    if (!order?.properties.waiting || order.geometry.type !== "Point") return;
    event.preventDefault();
    this.#pulled = String(order.properties.id);
    this.#from = order.geometry.coordinates as [number, number];
  }

  #moved(event: MapMouseEvent): void {
    if (this.#pulled) this.#set("pull", lineShape([this.#from, event.lngLat.toArray()]));
    else
      this.#map.getCanvas().style.cursor = this.#hit(event, ["orders", "trucks", "clusters"])
        ? "pointer"
        : "";
  }

  #released(event: MapMouseEvent, handlers: Handlers): void {
    if (!this.#pulled) return;
    const order = this.#pulled;
    this.#pulled = null;
    this.#set("pull", NOTHING);
    const truck = this.#hit(event, ["trucks"]);
    if (truck) handlers.assign(order, Number(truck.properties.id));
  }
}
