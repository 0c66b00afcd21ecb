// Bundles the page into the package: `node build.mjs [FOLDER]`.
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "../src/semivae/explorer/static");

mkdirSync(out, { recursive: true });
await build({
  entryPoints: [join(here, "src/app.ts")],
  outfile: join(out, "app.js"),
  bundle: true,
  minify: true,
  charset: "utf8",
  target: "es2022",
  legalComments: "none",
});
await build({ entryPoints: [join(here, "src/app.css")], outfile: join(out, "app.css"), minify: true });

for (const name of ["index.html", "icon.svg"]) copyFileSync(join(here, "src", name), join(out, name));
