/** Fills `{folder}`, `{model}`, `{effort}`, and of a model that is `provider/name`, `{provider}` and `{name}`. */
export function fillerOf(values: { folder: string; model: string; effort: string }): (text: string) => string {
  const { folder, model, effort } = values;
  const slash = model.indexOf('/');
  const known: Record<string, string> = {
    folder,
    model,
    effort,
    provider: model.slice(0, Math.max(0, slash)),
    name: model.slice(slash + 1),
  };
  return (text) => text.replace(/\{(folder|model|effort|provider|name)\}/gu, (_, name: string) => known[name] ?? '');
}
