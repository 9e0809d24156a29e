import "../app.css";
import { mount } from "svelte";
import "../lib/prefs.svelte";
import Resident from "./Resident.svelte";

mount(Resident, { target: document.getElementById("app")! });
if ("serviceWorker" in navigator && location.pathname.startsWith("/report")) {
  addEventListener("load", () => void navigator.serviceWorker.register("/sw.js", { scope: "/report" }).catch(() => null));
}
