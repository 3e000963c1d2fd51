// SPDX-License-Identifier: Apache-2.0
// exposition.mjs: a strict reader of Prometheus' text format 0.0.4. Anything the format does not allow, and anything
// a careful program would not write (a series twice, a histogram that does not add up), fails the test.
import assert from 'node:assert/strict';

const HELP = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (\S.*)$/;
const TYPE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.+)\})? (-?\d+(?:\.\d+)?)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)/y;

const PLAIN = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

function readLabels(text, line) {
  const labels = {};
  if (text === undefined) return labels;
  let more = ',';
  for (LABEL.lastIndex = 0; more === ',';) {
    const match = LABEL.exec(text);
    assert.ok(match, `labels of: ${line}`);
    assert.ok(!(match[1] in labels), `a label twice: ${line}`);
    labels[match[1]] = match[2].replace(/\\[\\"n]/g, (escape) => PLAIN[escape]);
    more = match[3];
  }
  return labels;
}

const keyOf = (labels) => JSON.stringify(Object.entries(labels).sort());

/** Every series of a histogram: bounds rise up to +Inf, counts never fall, and the count is that of +Inf. */
function checkHistogram(family) {
  const groups = new Map();
  for (const sample of family.samples) {
    const { le, ...rest } = sample.labels;
    const key = keyOf(rest);
    if (!groups.has(key)) groups.set(key, { buckets: [], name: `${family.name}${key}` });
    const group = groups.get(key);
    const suffix = sample.name.slice(family.name.length);
    assert.ok(['_bucket', '_sum', '_count'].includes(suffix), sample.name);
    assert.equal(le !== undefined, suffix === '_bucket', `le belongs to buckets: ${sample.name}`);
    if (suffix === '_bucket') group.buckets.push([le === '+Inf' ? Infinity : Number(le), sample.value]);
    else group[suffix] = sample.value;
  }
  for (const { name, buckets, _sum: sum, _count: count } of groups.values()) {
    assert.ok(buckets.length > 1 && sum !== undefined && count !== undefined, name);
    buckets.slice(1).forEach(([bound, below], i) => {
      assert.ok(bound > buckets[i][0], `${name}: bounds rise`);
      assert.ok(below >= buckets[i][1], `${name}: counts do not fall`);
    });
    assert.deepEqual(buckets.at(-1), [Infinity, count], `${name}: the count`);
    // Every value is above the bound below its bucket.
    const least = buckets.slice(1).reduce((all, [, below], i) => all + (below - buckets[i][1]) * buckets[i][0], 0);
    assert.ok(sum >= least - 1e-6, `${name}: the sum ${sum} is at least ${least}`);
  }
}

/** All families by name: {name, kind, help, samples: [{name, labels, value}]}. */
function readFamilies(text) {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const families = new Map();
  const seen = new Set();
  let help, family;
  for (const line of text.slice(0, -1).split('\n')) {
    const [asHelp, asType, asSample] = [HELP.exec(line), TYPE.exec(line), SAMPLE.exec(line)];
    if (asHelp) {
      assert.equal(help, undefined, `HELP without its TYPE before: ${line}`);
      help = { name: asHelp[1], text: asHelp[2] };
    } else if (asType) {
      assert.equal(help?.name, asType[1], `TYPE follows its HELP: ${line}`);
      assert.ok(!families.has(asType[1]), `a family twice: ${line}`);
      family = { name: asType[1], kind: asType[2], help: help.text, samples: [] };
      families.set(family.name, family);
      help = undefined;
    } else {
      assert.ok(asSample, `neither comment nor sample: ${line}`);
      assert.equal(help, undefined, `a sample between HELP and TYPE: ${line}`);
      const sample = { name: asSample[1], labels: readLabels(asSample[2], line), value: Number(asSample[3]) };
      const isOwn = family.kind === 'histogram' ? sample.name.startsWith(family.name) : sample.name === family.name;
      assert.ok(isOwn, `a sample outside its family: ${line}`);
      const key = sample.name + keyOf(sample.labels);
      assert.ok(!seen.has(key), `a series twice: ${line}`);
      seen.add(key);
      family.samples.push(sample);
    }
  }
  return families;
}

export class Exposition {
  constructor(text) {
    this.text = text;
    this.families = readFamilies(text);
    for (const family of this.families.values()) {
      if (family.kind === 'histogram') checkHistogram(family);
      else if (family.kind === 'counter')
        for (const { name, value } of family.samples) assert.ok(value >= 0, `${name} is ${value}`);
    }
  }

  samples() {
    return [...this.families.values()].flatMap((family) => family.samples);
  }

  /** The sum of the series of that name that have (at least) these labels; undefined when there is none. */
  get(name, labels = {}) {
    const found = this.samples().filter((sample) => sample.name === name &&
      Object.entries(labels).every(([label, value]) => sample.labels[label] === value));
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  }
}
