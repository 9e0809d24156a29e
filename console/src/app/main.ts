import "../app.css";
import { mount } from "svelte";
import "../lib/prefs.svelte";
import App from "./App.svelte";

// a server that answers every address with this page still gets residents to theirs
if (/^\/(report|follow\/)/.test(location.pathname)) void import("../resident/main");
else mount(App, { target: document.getElementById("app")! });
