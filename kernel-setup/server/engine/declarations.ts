import { NESTED } from "./source.js";
import type { Compiler } from "./tslab.js";

/** Declarations as later cells need them: under their own names. */
export function plainDeclarations(declarations: string): string {
  return declarations.replaceAll(NESTED, "");
}

/** Declarations (the text of a .d.ts file) without the variables, functions and classes of these names. */
export function withoutNames(ts: Compiler, declarations: string, names: ReadonlySet<string>): string {
  if (names.size === 0) return declarations;
  const file = ts.createSourceFile("declarations.d.ts", declarations, ts.ScriptTarget.ES2022, true);
  const isDropped = (name: { readonly text: string } | undefined): boolean => name !== undefined && names.has(name.text);
  const kept = file.statements.flatMap((statement): string[] => {
    const text = statement.getFullText(file);
    if (ts.isVariableStatement(statement)) {
      const { declarations: variables } = statement.declarationList;
      const left = variables.filter((variable) => !ts.isIdentifier(variable.name) || !isDropped(variable.name));
      if (left.length === variables.length) return [text];
      if (left.length === 0) return [];
      const head = declarations.slice(statement.getStart(file), variables[0]!.getStart(file));
      return [`${head}${left.map((variable) => variable.getText(file)).join(", ")};`];
    }
    if (ts.isFunctionDeclaration(statement) || ts.isClassDeclaration(statement) || ts.isEnumDeclaration(statement)) {
      return isDropped(statement.name) ? [] : [text];
    }
    if (ts.isImportDeclaration(statement)) {
      const clause = statement.importClause;
      const bindings = clause?.namedBindings;
      const bound = [clause?.name, ...(bindings && ts.isNamedImports(bindings) ? bindings.elements.map((e) => e.name) : [])];
      if (bindings && ts.isNamespaceImport(bindings)) bound.push(bindings.name);
      const own = bound.filter((name) => name !== undefined);
      return own.length > 0 && own.every(isDropped) ? [] : [text];
    }
    return [text];
  });
  return `${kept.map((text) => text.trim()).join("\n")}\n`;
}
