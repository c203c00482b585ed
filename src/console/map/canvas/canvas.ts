/** The MapLibre map: draws changed shapes a few times a second, and reports clicks, keys and drags. */
import {
  AttributionControl,
  type GeoJSONSource,
  type MapGeoJSONFeature,
  Map as MapLibre,
  type MapMouseEvent,
  type MapTouchEvent,
  NavigationControl,
  ScaleControl,
  setWorkerUrl,
} from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import type { Theme } from "../../theme.ts";
import { say } from "../../words.ts";
import type { Ground } from "../ground/ground.ts";
import { styleFor } from "../ground/style.ts";
import { usesMiles } from "../units.ts";
import type { Bounds } from "./bounds.ts";
import { followPointer } from "./drag.ts";
import { hitsAround, type Pixel, pixelOf } from "./hits.ts";
import { graticule, lineShape, NOTHING, type Shape } from "./shapes.ts";

setWorkerUrl(workerUrl);

export type SourceName = "trucks" | "orders" | "routes" | "track" | "cities" | "tasks";

export interface Handlers {
  truck(id: number): void;
  order(id: string): void;
  nothing(): void;
  /** Several trucks in one place, which no zoom can part. */
  several(ids: readonly number[]): void;
  /** A click anywhere, where points are chosen; then nothing is selected or dragged. */
  point?(place: { latitude: number; longitude: number }): void;
  /** An order is being dragged; null: no more. */
  drag(order: string | null): void;
  /** An order was dragged onto a truck. */
  assign(order: string, truck: number): void;
  /** What stands beside the pointer over this truck; null: over none. */
  label(order: string, truck: number | null): string;
}

/** Minimum interval between two drawings. Milliseconds. */
const DRAW_EVERY = 200;
/** Hit radius around a pointer, around a finger, and around the cross of the keyboard, in pixels. */
const REACH = 12;
const FINGER = 22;
const CROSS = 40;
/** A chosen point, to a decimetre. */
const exact = (latitude: number, longitude: number) => ({
  latitude: Number(latitude.toFixed(6)),
  longitude: Number(longitude.toFixed(6)),
});

/** From this zoom on, trucks that are hit together are in one place. */
const CLOSE = 14;

export class Canvas {
  readonly #map: MapLibre;
  readonly #shapes = new Map<SourceName, Shape>();
  readonly #dirty = new Set<SourceName>();
  readonly #ground: Ground;
  readonly #language: "ru" | "en";
  readonly #handlers: Handlers;
  #drawing: ReturnType<typeof setTimeout> | null = null;

  constructor(place: HTMLElement, theme: Theme, ground: Ground, handlers: Handlers) {
    this.#ground = ground;
    this.#handlers = handlers;
    this.#language = document.documentElement.lang === "ru" ? "ru" : "en";
    const words = (key: Parameters<typeof say>[1]) => say(this.#language, key);
    this.#map = new MapLibre({
      container: place,
      style: styleFor(theme, ground, this.#language),
      center: [50, 57],
      zoom: 3,
      attributionControl: false,
      dragRotate: false,
      pitchWithRotate: false,
      fadeDuration: 0,
      locale: {
        "NavigationControl.ZoomIn": words("map.zoomIn"),
        "NavigationControl.ZoomOut": words("map.zoomOut"),
        "ScaleControl.Kilometers": words("map.km"),
        "ScaleControl.Meters": words("map.m"),
        "ScaleControl.Miles": words("map.mi"),
        "ScaleControl.Feet": words("map.ft"),
        "AttributionControl.ToggleAttribution": words("map.sources"),
        "Map.Title": words("map.keys"),
      },
    });
    const unit = usesMiles(this.#language, navigator.language) ? "imperial" : "metric";
    this.#map.addControl(new NavigationControl({ showCompass: false }), "top-right");
    this.#map.addControl(new ScaleControl({ unit }), "bottom-left");
    this.#map.addControl(new AttributionControl({ compact: true }), "bottom-right");
    this.#map.touchZoomRotate.disableRotation();
    this.#map.on("load", () => this.#drawAll());
    this.#map.on("moveend", () => this.#drawGrid());
    this.#map.on("click", (event) => this.#clicked(event));
    this.#map.on("mousemove", (event) => this.#hovered(event));
    this.#map.getCanvas().addEventListener("keydown", (event) => this.#typed(event));
    if (handlers.point) return;
    this.#map.on("mousedown", (event) => this.#pressed(event, REACH));
    this.#map.on("touchstart", (event) => event.points.length === 1 && this.#pressed(event, FINGER));
  }

  /** Shows a shape; the same shape again costs nothing. */
  draw(name: SourceName, shape: Shape): void {
    if (this.#shapes.get(name) === shape) return;
    this.#shapes.set(name, shape);
    this.#dirty.add(name);
    this.#drawing ??= setTimeout(() => this.#flush(), DRAW_EVERY);
  }

  dress(theme: Theme): void {
    this.#map.setStyle(styleFor(theme, this.#ground, this.#language), { diff: false });
    this.#map.once("style.load", () => this.#drawAll());
  }

  look(longitude: number, latitude: number): void {
    this.#map.easeTo({ center: [longitude, latitude], zoom: Math.max(this.#map.getZoom(), 12) });
  }

  fit(bounds: Bounds, duration = 400): void {
    const { clientWidth, clientHeight } = this.#map.getContainer();
    const padding = Math.min(60, clientWidth / 6, clientHeight / 6);
    this.#map.fitBounds(bounds, { padding, maxZoom: 13, duration });
  }

  end(): void {
    if (this.#drawing) clearTimeout(this.#drawing);
    this.#map.remove();
  }

  /** Follows the pointer that is down now, until the order is dropped on a truck. `from`: in the window's pixels. */
  drag(order: string, from: { readonly x: number; readonly y: number }): void {
    const start = this.#shapes
      .get("orders")
      ?.features.find(({ properties: { id, end } }) => id === order && end !== "B");
    const coordinates = start?.geometry.type === "Point" ? start.geometry.coordinates : null;
    followPointer(from, {
      onStart: () => this.#handlers.drag(order),
      onMove: (x, y) => {
        const to = this.#map.unproject([...this.#pixel(x, y)]).toArray();
        this.#set("pull", coordinates ? lineShape([coordinates, to]) : NOTHING);
        return this.#handlers.label(order, this.#dropTarget(x, y)?.truck ?? null);
      },
      onEnd: (place) => {
        this.#set("pull", NOTHING);
        this.#handlers.drag(null);
        const target = place && this.#dropTarget(place.x, place.y);
        if (target?.cluster) void this.#open(target.cluster);
        else if (target) this.#handlers.assign(order, target.truck ?? 0);
      },
    });
  }

  /** The truck or the cluster under a point of the window; null beside the map too. */
  #dropTarget(x: number, y: number): { truck?: number; cluster?: MapGeoJSONFeature } | null {
    if (document.elementFromPoint(x, y) !== this.#map.getCanvas()) return null;
    const [found] = hitsAround(this.#map, this.#pixel(x, y), FINGER, ["trucks", "clusters"]);
    if (!found) return null;
    return found.layer.id === "clusters" ? { cluster: found } : { truck: Number(found.properties.id) };
  }

  #pixel(x: number, y: number): Pixel {
    const { left, top } = this.#map.getCanvas().getBoundingClientRect();
    return [x - left, y - top];
  }

  /** Redraws the grid for the visible area. */
  #drawGrid(): void {
    if (this.#ground.kind !== "grid") return;
    const bounds = this.#map.getBounds();
    this.#set("grid", graticule([bounds.getSouthWest().toArray(), bounds.getNorthEast().toArray()]));
  }

  #drawAll(): void {
    this.#drawGrid();
    for (const name of this.#shapes.keys()) this.#dirty.add(name);
    this.#flush();
  }

  #flush(): void {
    this.#drawing = null;
    // Before the style has loaded there are no sources; then all are drawn.
    if (!this.#map.getSource("trucks")) return;
    for (const name of this.#dirty) this.#set(name, this.#shapes.get(name) ?? NOTHING);
    this.#dirty.clear();
  }

  #set(name: SourceName | "pull" | "grid", shape: Shape): void {
    this.#map.getSource<GeoJSONSource>(name)?.setData(shape as Parameters<GeoJSONSource["setData"]>[0]);
  }

  #clicked(event: MapMouseEvent): void {
    const { lat: latitude, lng: longitude } = event.lngLat;
    if (this.#handlers.point) this.#handlers.point(exact(latitude, longitude));
    else this.#choose(pixelOf(event.point), REACH);
  }

  /** Selects what is closest, opens a cluster, or asks which of the trucks that are in one place. */
  #choose(pixel: Pixel, reach: number): void {
    const hits = hitsAround(this.#map, pixel, reach, ["orders", "trucks", "clusters"]);
    const trucks = hits.filter(({ layer }) => layer.id === "trucks").map(({ properties }) => properties.id);
    const ids = [...new Set(trucks.map(Number))];
    const [first] = hits;
    if (!first) this.#handlers.nothing();
    else if (first.layer.id === "clusters") void this.#open(first);
    else if (first.layer.id === "orders") this.#handlers.order(String(first.properties.id));
    else if (ids.length === 1) this.#handlers.truck(ids[0] ?? 0);
    else if (this.#map.getZoom() >= CLOSE) this.#handlers.several(ids);
    else this.#zoomTo(first, CLOSE + 1);
  }

  /** Zooms to where a cluster falls apart. */
  async #open(cluster: MapGeoJSONFeature): Promise<void> {
    const source = this.#map.getSource<GeoJSONSource>("trucks");
    const zoom = await source?.getClusterExpansionZoom(Number(cluster.properties.cluster_id));
    this.#zoomTo(cluster, (zoom ?? this.#map.getZoom()) + 0.5);
  }

  #zoomTo({ geometry }: MapGeoJSONFeature, zoom: number): void {
    if (geometry.type === "Point")
      this.#map.easeTo({ center: geometry.coordinates as [number, number], zoom });
  }

  /** Enter and Space choose what is under the cross in the middle; MapLibre itself moves and zooms. */
  #typed(event: KeyboardEvent): void {
    if (event.key === "Escape") this.#handlers.nothing();
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    const { lat: latitude, lng: longitude } = this.#map.getCenter();
    if (this.#handlers.point) this.#handlers.point(exact(latitude, longitude));
    else this.#choose(pixelOf(this.#map.project([longitude, latitude])), CROSS);
  }

  /** Starts dragging a waiting order; anywhere else the map is moved. */
  #pressed(event: MapMouseEvent | MapTouchEvent, reach: number): void {
    const { originalEvent } = event;
    if ("button" in originalEvent && originalEvent.button !== 0) return;
    const [order] = hitsAround(this.#map, pixelOf(event.point), reach, ["orders"]);
    if (!order?.properties.waiting || order.properties.end === "B") return;
    event.preventDefault();
    const { left, top } = this.#map.getCanvas().getBoundingClientRect();
    this.drag(String(order.properties.id), { x: event.point.x + left, y: event.point.y + top });
  }

  #hovered(event: MapMouseEvent): void {
    const [found] = hitsAround(this.#map, pixelOf(event.point), REACH, ["orders", "trucks", "clusters"]);
    this.#map.getCanvas().style.cursor = this.#handlers.point ? "crosshair" : found ? "pointer" : "";
  }
}
