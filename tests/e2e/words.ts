// What the app says, from the app's own tables: a journey follows a label when it is reworded.
import { readFileSync } from "node:fs";
import { join } from "node:path";

export type Lang = "zh" | "en";
export type Words = (key: string, args?: Record<string, string | number>) => string;

export function wordsOf(lang: Lang): Words {
  const source = readFileSync(join(__dirname, `../../messages/src/${lang}.rs`), "utf8");
  const lines = source.matchAll(/^\s*\("([a-z0-9_.]+)", "((?:[^"\\]|\\.)*)"\),$/gm);
  const table = new Map([...lines].map(([, key, text]) => [key, text.replace(/\\(.)/g, "$1")]));
  // What a new workspace calls its kinds of record, as app/src/i18n/mod.rs puts it into a sentence.
  const kind = (hole: string, count: unknown): string | undefined => {
    const [, form, entity] = hole.match(/^([Kk]inds?|counted)_(\w+)$/) ?? [];
    if (!form) return undefined;
    const many = form.toLowerCase() === "kinds" || (form === "counted" && String(count) !== "1");
    const name = table.get(`entity.${entity}${many ? ".many" : ""}`);
    if (name === undefined) throw new Error(`there is no name of ${entity} in ${lang}`);
    return form.startsWith("K") ? name : name.charAt(0).toLowerCase() + name.slice(1);
  };
  return (key, args = {}) => {
    const pattern = table.get(key);
    if (pattern === undefined) throw new Error(`there is no message ${key} in ${lang}`);
    return pattern.replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (_, name, one, other) => {
      const value = String(args[name] ?? kind(name, args.count) ?? "");
      return one === undefined ? value : value === "1" ? one : other;
    });
  };
}

/** Names that come with the definitions of a new workspace and not from the tables. */
const BUILT_IN = {
  "account.name": { zh: "客户名称", en: "Name" },
  "account.phone": { zh: "电话", en: "Phone" },
  "account.website": { zh: "网站", en: "Website" },
  "account.note": { zh: "备注", en: "Note" },
  "task.name": { zh: "任务", en: "Task" },
  "task.due": { zh: "截止", en: "Due" },
  "task.status": { zh: "状态", en: "Status" },
  "task.repeat": { zh: "重复", en: "Repeat" },
  "task.checklist": { zh: "清单", en: "Checklist" },
  "task.priority": { zh: "优先级", en: "Priority" },
  "priority.high": { zh: "高", en: "High" },
  "touch.files": { zh: "附件", en: "Files" },
  "touch.duration": { zh: "时长", en: "Duration" },
  "touch.outcome.no_answer": { zh: "未联系上", en: "No answer" },
  "touch.no_next.waiting": { zh: "还要等等", en: "Waiting" },
  "lead.email": { zh: "邮箱", en: "E-mail" },
  "deal_contact.role": { zh: "角色", en: "Part" },
  "deal_contact.attitude": { zh: "态度", en: "Attitude" },
  "deal_contact.many": { zh: "关键人", en: "People" },
  "role.administrator": { zh: "管理员", en: "Administrator" },
  "role.manager": { zh: "销售经理", en: "Sales manager" },
  "role.rep": { zh: "销售", en: "Sales rep" },
  "role.decision_maker": { zh: "决策人", en: "Decision maker" },
  "attitude.supports": { zh: "支持", en: "Supports" },
  "deal.name": { zh: "商机名称", en: "Name" },
  "deal.account": { zh: "客户", en: "Account" },
  "deal.amount": { zh: "金额", en: "Amount" },
  "deal.own_probability": { zh: "自估赢率", en: "Own probability" },
  "deal.owner": { zh: "负责人", en: "Owner" },
  "deal.close_date": { zh: "成交日期", en: "Close date" },
  "deal.lost_reason": { zh: "输单原因", en: "Lost reason" },
  "deal.lost_note": { zh: "输单说明", en: "Lost details" },
  "stage.first_contact": { zh: "初步接触", en: "First contact" },
  "stage.needs": { zh: "需求确认", en: "Needs" },
  "stage.proposal": { zh: "方案报价", en: "Proposal" },
  "stage.negotiation": { zh: "商务谈判", en: "Negotiation" },
  "stage.signed": { zh: "签约成交", en: "Signed" },
  "stage.lost": { zh: "输单", en: "Lost" },
} as const;

export type BuiltIn = keyof typeof BUILT_IN;

export function builtIn(lang: Lang, name: BuiltIn): string {
  return BUILT_IN[name][lang];
}
