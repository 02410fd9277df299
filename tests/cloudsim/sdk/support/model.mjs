// Holds answers against the SDK's own declaration files, read with the TypeScript compiler.
//
// Wrong are: a field the model does not know; a field of another type; null, unless the field's
// type or text ("可能返回 null": may return null) allows it; a missing field. The vendor marks all
// fields of answers optional, yet clients read them unguarded: every one is asked for that is not
// on the list of absent.mjs, which says what the simulated cloud does not have.
import assert from "node:assert/strict";
import fs from "node:fs";

import { absent } from "./absent.mjs";
import { sdk } from "./sdk.mjs";

const ts = sdk("typescript");
const models = new Map();

// {interface: {field: {type, optional, nullable}}}, `type` as TypeScript's node.
function readModel(file) {
  const source = ts.createSourceFile(
    file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const model = new Map();
  source.forEachChild((node) => {
    if (!ts.isInterfaceDeclaration(node)) return;
    const fields = new Map();
    for (const member of node.members) {
      const text = member.getFullText(source);
      fields.set(member.name.getText(source), {
        type: member.type,
        optional: member.questionToken !== undefined,
        nullable: /返回\s*null/.test(text),
        deprecated: /@deprecated/.test(text),
      });
    }
    model.set(node.name.text, fields);
  });
  return model;
}

export function modelOf(file) {
  if (!models.has(file)) models.set(file, readModel(file));
  return models.get(file);
}

const primitives = new Map([
  [ts.SyntaxKind.StringKeyword, "string"],
  [ts.SyntaxKind.NumberKeyword, "number"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
]);

function isNull(type) {
  return ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword;
}

function checkValue(model, type, value, where, problems) {
  if (ts.isUnionTypeNode(type)) {
    const tried = type.types.map((part) => {
      const found = [];
      checkValue(model, part, value, where, found);
      return found;
    });
    if (tried.every((found) => found.length > 0)) problems.push(...tried[0]);
    return;
  }
  if (isNull(type)) {
    if (value !== null) problems.push(`${where} should be null`);
    return;
  }
  const primitive = primitives.get(type.kind);
  if (primitive !== undefined) {
    if (typeof value !== primitive) problems.push(`${where} should be a ${primitive}`);
    return;
  }
  const isList = ts.isTypeReferenceNode(type) && type.typeName.getText() === "Array";
  if (isList) {
    if (!Array.isArray(value)) {
      problems.push(`${where} should be a list`);
      return;
    }
    value.forEach((item, i) =>
      checkValue(model, type.typeArguments[0], item, `${where}[${i}]`, problems));
    return;
  }
  checkObject(model, type.getText(), value, where, problems);
}

function checkObject(model, name, value, where, problems) {
  const fields = model.get(name);
  if (fields === undefined) {
    problems.push(`${where}: the model has no ${name}`);
    return;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    problems.push(`${where} should be a ${name}`);
    return;
  }
  for (const key of Object.keys(value)) {
    if (!fields.has(key)) problems.push(`${where}.${key} is not in ${name}`);
  }
  for (const [key, field] of fields) {
    const inner = `${where}.${key}`;
    if (!(key in value)) {
      const excused = field.optional && (field.deprecated || absent[name]?.includes(key));
      if (!excused) problems.push(`${inner} is missing`);
    } else if (value[key] === null) {
      if (!field.nullable && !allowsNull(field.type)) problems.push(`${inner} must not be null`);
    } else {
      checkValue(model, field.type, value[key], inner, problems);
    }
  }
}

function allowsNull(type) {
  return isNull(type) || (ts.isUnionTypeNode(type) && type.types.some(isNull));
}

// What is wrong with an answer, one line each; nothing: [].
export function problemsOf(file, name, answer) {
  const problems = [];
  checkObject(modelOf(file), name, answer, name.replace(/Response$/, ""), problems);
  return problems;
}

export function checkAnswer(file, name, answer) {
  const problems = problemsOf(file, name, answer);
  if (problems.length === 0) return;
  // What is wrong with every element of a list is said once.
  const kinds = new Map(problems.map((problem) => [problem.replace(/\[\d+\]/g, "[]"), problem]));
  const shown = [...kinds.values()].join("\n  ");
  assert.fail(`${problems.length} breaches of the SDK's model by ${name}:\n  ${shown}`);
}
