import { describe, expect, it } from 'vitest';
import { markup, raw } from './markup.ts';

describe('markup', () => {
  it('escapes what is put in, in text and in attributes', () => {
    const evil = `<script>alert('1')</script>"&`;
    expect(markup`<p title="${evil}">${evil}</p>`.text).toBe(
      '<p title="&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;">&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot;&amp;</p>',
    );
  });
  it('escapes inside lists, and leaves nested markup and raw text alone', () => {
    expect(markup`${['<', markup`<b>${'>'}</b>`, raw('<i>')]}`.text).toBe('&lt;<b>&gt;</b><i>');
  });
  it('prints 0, and nothing for null, undefined and false', () => {
    expect(markup`[${0}${null}${undefined}${false}]`.text).toBe('[0]');
  });
});
