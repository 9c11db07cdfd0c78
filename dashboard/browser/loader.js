// Streamlit takes one inline module for a component. This one fetches the component's own modules from the app's
// routes, mounts them once, and hands them the latest arguments at every rerun of the script or change of theme.
const mounts = new WeakMap(); // parentElement -> {view, latest}

export default function (component) {
  const { parentElement, data } = component;
  let mount = mounts.get(parentElement);
  if (mount) {
    mount.latest = component;
    mount.view?.update(mount.speaking(component));
  } else {
    mount = { view: null, latest: component };
    mounts.set(parentElement, mount);
    load(mount, parentElement, data.script);
  }
  return () => {
    // a call that was overtaken by a newer one is cleaned up too; the newer one then still needs the view
    if (mounts.get(parentElement) !== mount || mount.latest !== component) return;
    mounts.delete(parentElement);
    mount.view?.destroy();
  };
}

async function load(mount, parentElement, script) {
  let module, whenTurned;
  try {
    module = await import(new URL(script, location.origin));
    const tabHistory = script.replace(/(\/modules@[^/]+\/).*/, "$1browser/tab_history.js");
    ({ whenTurned } = await import(new URL(tabHistory, location.origin)));
  } catch (error) {
    const message = document.createElement("p");
    message.textContent =
      `This view could not be loaded (${error.message}). Reload the page; ` +
      "if that does not help, the app must be started with “streamlit run dashboard/app.py”.";
    parentElement.append(message);
    return;
  }
  if (mounts.get(parentElement) !== mount) return;
  const isThere = () => mounts.get(parentElement) === mount;
  // what a view says to the script goes by the page that Streamlit shows, see browser/turning.js
  mount.speaking = (component) => ({
    ...component,
    setStateValue: (...said) => whenTurned(() => isThere() && component.setStateValue(...said)),
    setTriggerValue: (...said) => whenTurned(() => isThere() && component.setTriggerValue(...said)),
  });
  mount.view = module.mount(parentElement);
  mount.view.update(mount.speaking(mount.latest));
}
