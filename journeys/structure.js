// What a conformance checker would say of a page's structure, without one (the whole is checked by hand with Nu's).
() => {
  const faults = [];
  const all = (query, root = document) => [...root.querySelectorAll(query)];
  const name = (element) => element.outerHTML.slice(0, 90).replace(/\s+/g, " ");

  const ids = new Set();
  for (const element of all("[id]")) {
    if (!element.id || /\s/.test(element.id) || ids.has(element.id))
      faults.push(`id twice, empty or with spaces: ${name(element)}`);
    ids.add(element.id);
  }
  const REFERENCES = [
    "aria-labelledby",
    "aria-describedby",
    "aria-controls",
    "aria-owns",
    "aria-errormessage",
    "aria-details",
    "headers",
    "for",
    "list",
    "form",
    "popovertarget",
    "commandfor",
  ];
  for (const attribute of REFERENCES)
    for (const element of all(`[${attribute}]`))
      for (const id of element.getAttribute(attribute).split(/\s+/))
        if (!ids.has(id)) faults.push(`${attribute} names nothing: ${name(element)}`);
  for (const link of all("a[href^='#']"))
    if (link.getAttribute("href") !== "#" && !ids.has(decodeURIComponent(link.hash.slice(1))))
      faults.push(`leads nowhere: ${name(link)}`);

  let before = 0;
  for (const heading of all("h1,h2,h3,h4,h5,h6").filter((each) => !each.closest("dialog,[popover]"))) {
    const level = +heading.tagName[1];
    if (level > before + 1) faults.push(`h${before} is followed by ${name(heading)}`);
    if (!heading.textContent.trim()) faults.push(`says nothing: ${name(heading)}`);
    before = level;
  }
  if (all("h1").length !== 1) faults.push(`${all("h1").length} h1`);
  if (all("main").length !== 1) faults.push(`${all("main").length} main`);

  // axe counts a form without a name as no landmark; browsers make one of every search and announce it.
  const landmarks = { search: "search,[role=search]", navigation: "nav,[role=navigation]", aside: "aside" };
  for (const [kind, query] of Object.entries(landmarks)) {
    const names = new Set();
    for (const landmark of all(query).filter((each) => each.checkVisibility())) {
      const by = landmark.getAttribute("aria-labelledby");
      const label = by ? document.getElementById(by)?.textContent.trim() : landmark.getAttribute("aria-label");
      if (names.has(label ?? "")) faults.push(`a second ${kind} of the same name: ${name(landmark)}`);
      names.add(label ?? "");
    }
    if (kind === "search" && names.has("")) faults.push("a search without a name");
  }

  const INTERACTIVE = "a[href],button,input:not([type=hidden]),select,textarea,summary,label,details,iframe";
  for (const outer of all("a,button,summary"))
    for (const inner of all(INTERACTIVE, outer)) faults.push(`one control in another: ${name(outer)} > ${name(inner)}`);
  for (const form of all("form form")) faults.push(`a form in a form: ${name(form)}`);
  const PHRASING = "div,p,ul,ol,dl,section,h1,h2,h3,h4,h5,h6,table,form,fieldset";
  for (const outer of all("p,button,span,label,h1,h2,h3,h4,summary > span"))
    for (const inner of outer.querySelectorAll(`:scope > :is(${PHRASING})`))
      faults.push(`a block in a line: ${name(outer)} > ${name(inner)}`);
  for (const list of all("ul,ol"))
    for (const item of list.children)
      if (!["LI", "SCRIPT", "TEMPLATE"].includes(item.tagName)) faults.push(`not an item of its list: ${name(item)}`);
  for (const list of all("dl"))
    for (const item of list.children)
      if (!["DT", "DD", "DIV"].includes(item.tagName)) faults.push(`not of its dl: ${name(item)}`);
  for (const section of all("section:not(:has(h1,h2,h3,h4,h5,h6))"))
    if (!section.matches("[aria-label],[aria-labelledby]"))
      faults.push(`a section without a heading or name: ${name(section)}`);

  for (const field of all("input:not([type=hidden],[type=submit],[type=button]),select,textarea"))
    if (!field.labels.length && !field.matches("[aria-label],[aria-labelledby],[aria-hidden=true]"))
      faults.push(`without a label: ${name(field)}`);
  for (const button of all("button"))
    if (!button.textContent.trim() && !button.matches("[aria-label],[aria-labelledby]"))
      faults.push(`says nothing: ${name(button)}`);
  for (const picture of all("img"))
    if (!picture.hasAttribute("alt") || !picture.getAttribute("src"))
      faults.push(`without alt or src: ${name(picture)}`);
  for (const time of all("time:not([datetime])")) faults.push(`without datetime: ${name(time)}`);
  // Not what a script has set through `element.style`, as the policy allows: that is no part of what was sent.
  for (const element of all("[style],[onclick],[onchange],[onsubmit],[onload]"))
    if ([...element.attributes].some((each) => each.name.startsWith("on")))
      faults.push(`an inline handler: ${name(element)}`);
  for (const element of all("*"))
    for (const attribute of element.attributes)
      if (/^(aria-\w+|for|id|role|datetime|headers|target)$/.test(attribute.name) && attribute.value === "")
        faults.push(`${attribute.name} is empty: ${name(element)}`);
  return [...new Set(faults)];
}
