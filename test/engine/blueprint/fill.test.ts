import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Param } from '../../../engine/blueprint/blueprint.ts';
import { applies, fillParams } from '../../../engine/blueprint/fill.ts';

const param = (rest: Partial<Param>): Param => ({ summary: '', secret: false, ...rest });
const blueprint = {
  name: 'essex',
  params: {
    size: param({ default: 'full', choices: ['mini', 'full'] }),
    admin_password: param({ secret: true, generate: 20 }),
  },
};
const values = (result: ReturnType<typeof fillParams>) =>
  'values' in result ? result.values : result.problems;

describe('fillParams', () => {
  it('takes defaults and generates the rest', () => {
    const first = values(fillParams(blueprint, {}));
    expect(first).toEqual({ size: 'full', admin_password: expect.stringMatching(/^[A-Za-z0-9]{20}$/) });
    expect(values(fillParams(blueprint, {}))).not.toEqual(first);
  });

  it('prefers given to kept to default and generated', () => {
    const kept = { size: 'mini', admin_password: 'kept-password', gone: 'x' };
    expect(values(fillParams(blueprint, {}, kept))).toEqual({
      size: 'mini',
      admin_password: 'kept-password',
    });
    expect(values(fillParams(blueprint, { size: 'full' }, kept))).toMatchObject({ size: 'full' });
  });

  it('says what is wrong, all at once, without telling secrets', () => {
    expect(values(fillParams(blueprint, { sise: 'mini', size: 'ful', admin_password: 'abc' }))).toEqual([
      'blueprint essex has no parameter "sise"; did you mean "size"?',
      'size: "ful" is not one of mini, full; did you mean "full"?',
      'admin_password is a secret and too short to be kept out of the output: at least 4 characters',
    ]);
    const needed = { name: 'x', params: { site: param({ summary: 'the place' }) } };
    expect(values(fillParams(needed, {}))).toEqual(['site is needed: add site=… (the place)']);
    expect(values(fillParams(needed, { site: 'a\nb' }))).toEqual(['site must be one line without NUL']);
  });

  it('is not misled by names that every object has', () => {
    expect(values(fillParams(blueprint, { constructor: 'x' }))).toHaveLength(1);
    expect(values(fillParams({ name: 'x', params: { constructor: param({ default: 'a' }) } }, {}))).toEqual(
      Object.fromEntries([['constructor', 'a']]),
    );
  });

  it('takes a list of choices where the parameter holds many: each once, in the order of the choices', () => {
    const holder = { name: 'x', params: { parts: param({ choices: ['all', 'image', 'net'], many: true }) } };
    expect(values(fillParams(holder, { parts: 'net,image,net' }))).toEqual({ parts: 'image,net' });
    expect(values(fillParams(holder, { parts: 'net,imag' }))).toEqual([
      'parts: "imag" is not one of all, image, net; did you mean "image"?',
    ]);
    expect(values(fillParams(holder, { parts: ',' }))).toEqual(['parts names none of all, image, net']);
  });

  it('never throws and never lets a NUL or a line end through', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('size', 'admin_password', 'x', '__proto__'), fc.string()),
        (given) => {
          const result = fillParams(blueprint, given);
          if ('values' in result)
            for (const value of Object.values(result.values)) expect(value).not.toMatch(/[\0\r\n]/);
          else expect(result.problems.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

describe('applies', () => {
  it('wants every named parameter to have one of its values', () => {
    expect(applies({}, {}, {})).toBe(true);
    expect(applies({ size: ['mini', 'full'] }, { size: 'full' }, {})).toBe(true);
    expect(applies({ size: ['mini'] }, { size: 'full' }, {})).toBe(false);
    expect(applies({ size: ['mini'], net: ['yes'] }, { size: 'mini' }, {})).toBe(false);
  });

  it('looks into a list where the parameter holds one, and only there', () => {
    const params = { parts: param({ choices: ['a', 'b', 'c'], many: true }) };
    expect(applies({ parts: ['b'] }, { parts: 'a,b' }, params)).toBe(true);
    expect(applies({ parts: ['c', 'b'] }, { parts: 'a,b' }, params)).toBe(true);
    expect(applies({ parts: ['c'] }, { parts: 'a,b' }, params)).toBe(false);
    expect(applies({ parts: ['b'] }, { parts: 'a,b' }, { parts: param({}) })).toBe(false);
  });
});
