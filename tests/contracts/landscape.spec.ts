import { describe, expect, test } from '@jest/globals';
import { eventSchemas, hears, services, tells } from '@caserelay/contracts';

const heardBy = (service: (typeof services)[number]) => {
  const heard = hears[service];
  return heard === '*' ? types : heard;
};
const types = [...eventSchemas.keys()];

describe('who tells and who hears', () => {
  test.each(types)('%s has one teller', (type) => {
    expect(services.filter((service) => tells[service].includes(type))).toHaveLength(1);
  });

  test('only the case speaks of the case', () => {
    const tellers = services.filter((service) => tells[service].some((type) => type.startsWith('case.')));
    expect(tellers).toEqual(['case-workflow']);
    expect(tells['case-workflow'].filter((type) => !type.startsWith('case.'))).toEqual([]);
  });

  test('services begin work only on what the case says, so that no answer overtakes its question', () => {
    const workers = services.filter((service) => service !== 'case-workflow' && hears[service] !== '*');
    for (const service of workers) {
      // A webhook is of no case, so that no case can say that operators should hear of it.
      const ofNoCase = service === 'notification' ? ['webhook.disabled'] : [];
      expect(heardBy(service).filter((type) => !type.startsWith('case.'))).toEqual(ofNoCase);
    }
  });

  test('no service hears the same event twice, nor itself, but for what a case lets those know that it is linked with', () => {
    for (const service of services) {
      const heard = heardBy(service);
      expect(new Set(heard).size).toBe(heard.length);
      const amongCases = service === 'case-workflow' ? ['case.archived', 'case.reopened', 'case.merged'] : [];
      // Who hears everything passes it on and answers nothing, so that its own comes round once.
      const passedOn = service === 'webhooks' ? tells.webhooks : [];
      expect(tells[service].filter((type) => heard.includes(type))).toEqual([...amongCases, ...passedOn]);
    }
  });
});
