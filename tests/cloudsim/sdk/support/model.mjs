// Holds answers against the SDK's own declaration files, read with the TypeScript compiler.
//
// Wrong are: a field the model does not know; a field of another type; null, unless the field's
// type or text ("可能返回 null": may return null) allows it; a missing field. The vendor marks all
// fields of answers optional, yet clients read them unguarded: every one is asked for that is not
// on the list of absent.mjs, which says what the simulated cloud does not have.
import assert from "node:assert/strict";
import fs from "node:fs";

import { absent } from "./absent.mjs";
import { modelFile, sdk } from "./sdk.mjs";

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

export function modelOf(service) {
  if (!models.has(service)) models.set(service, readModel(modelFile(service)));
  return models.get(service);
}

const primitives = new Map([
  [ts.SyntaxKind.StringKeyword, "string"],
  [ts.SyntaxKind.NumberKeyword, "number"],
  [ts.SyntaxKind.BooleanKeyword, "boolean"],
]);

const isNull = (type) =>
  ts.isLiteralTypeNode(type) && type.literal.kind === ts.SyntaxKind.NullKeyword;
const allowsNull = (type) =>
  isNull(type) || (ts.isUnionTypeNode(type) && type.types.some(allowsNull));

class Check {
  constructor(service) {
    this.model = modelOf(service);
    this.absent = absent[service] ?? {};
    this.problems = [];
  }

  value(type, value, where) {
    const primitive = primitives.get(type.kind);
    if (primitive !== undefined) {
      if (typeof value !== primitive) this.problems.push(`${where} should be a ${primitive}`);
    } else if (ts.isUnionTypeNode(type)) {
      this.value(type.types.find((part) => !isNull(part)), value, where);
    } else if (ts.isTypeReferenceNode(type) && type.typeName.getText() === "Array") {
      this.list(type.typeArguments[0], value, where);
    } else {
      this.object(type.getText(), value, where);
    }
  }

  list(type, value, where) {
    if (Array.isArray(value)) {
      value.forEach((item, i) => this.value(type, item, `${where}[${i}]`));
    } else {
      this.problems.push(`${where} should be a list`);
    }
  }

  object(name, value, where) {
    const fields = this.model.get(name);
    if (fields === undefined) {
      this.problems.push(`${where}: the model has no ${name}`);
      return;
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      this.problems.push(`${where} should be a ${name}`);
      return;
    }
    for (const key of Object.keys(value)) {
      if (!fields.has(key)) this.problems.push(`${where}.${key} is not in ${name}`);
    }
    for (const [key, field] of fields) {
      const isAbsent = field.optional && (field.deprecated || this.absent[name]?.includes(key));
      if (key in value || !isAbsent) this.field(field, value[key], `${where}.${key}`);
    }
  }

  field(field, value, where) {
    if (value === undefined) {
      this.problems.push(`${where} is missing`);
    } else if (value !== null) {
      this.value(field.type, value, where);
    } else if (!field.nullable && !allowsNull(field.type)) {
      this.problems.push(`${where} must not be null`);
    }
  }
}

// A value that a parameter of this type cannot have.
export function wrongValue(type) {
  return type.kind === ts.SyntaxKind.StringKeyword ? 7 : "seven";
}

// Of a structure, or a list of them, the name of its interface.
export function structureOf(type) {
  const isList = ts.isTypeReferenceNode(type) && type.typeName.getText() === "Array";
  return { structure: (isList ? type.typeArguments[0] : type).getText(), isList };
}

// What is wrong with an answer, one line each; nothing: [].
export function problemsOf(service, action, answer) {
  const check = new Check(service);
  check.object(`${action}Response`, answer, action);
  return check.problems;
}

export function checkAnswer(service, action, answer) {
  const problems = problemsOf(service, action, answer);
  if (problems.length === 0) return;
  // What is wrong with every element of a list is said once.
  const kinds = new Map(problems.map((problem) => [problem.replace(/\[\d+\]/g, "[]"), problem]));
  const shown = [...kinds.values()].join("\n  ");
  assert.fail(`${problems.length} breaches of the SDK's model by ${action}:\n  ${shown}`);
}
