import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { accountName, numbered } from './account-name.js';

describe('the name of an account', () => {
  it.each([
    ['陕西省煤田地质集团有限公司', 'sxmtdzjt'],
    ['深圳市腾讯计算机系统有限公司', 'sztxjsjxt'],
    ['重庆银行股份有限公司', 'cqyh'],
    ['内蒙古自治区人民医院', 'nmgrmyy'],
    ['广东省广州市第一中学', 'gdgzdyzx'],
    ['永辉超市股份有限公司', 'yhcs'],
    ['北京城市学院', 'bjcsxy'],
    ['上海(测试)信息技术有限责任公司', 'shxxjs'],
    ['华为Cloud', 'hwcloud'],
    ['Contoso Deutschland GmbH', 'contosodeutschland'],
    ['Fabrikam Co., Ltd.', 'fabrikam'],
    ['Société Générale', 'societegenerale'],
    ['重庆长安汽车股份有限公司', 'cqcaqc'],
    ['厦门航空有限公司', 'xmhk'],
    ['长春一汽集团有限公司', 'ccyqjt'],
    ['六安钢铁有限公司', 'lagt'],
    ['株式会社トヨタ', 'toyota'],
    ['日本電気株式会社', 'rbdq'],
    ['キヤノン株式会社', 'kiyanon'],
    ['삼성전자 주식회사', 'ssjj'],
    ['현대자동차', 'hdjdc'],
    ['ООО «Ромашка»', 'romashka'],
    ['ПАО Газпром', 'gazprom'],
    ['Київстар', 'kiivstar'],
  ])('of %s is %s', (customer, account) => {
    expect(accountName(customer, 'CAS-02227-X4W1B1')).toBe(account);
  });

  it('comes from the case number when the customer is missing or has no letters', () => {
    expect(accountName(null, 'CAS-02227-X4W1B1')).toBe('cas02227x4w1b1');
    expect(accountName('！！', 'CAS-02227-X4W1B1')).toBe('cas02227x4w1b1');
    expect(accountName('', '#7')).toBe('case7');
  });

  it('of a very short company is made long enough', () => {
    expect(accountName('华为', 'CAS-1')).toBe('hwcase');
  });

  it('is numbered when it is taken and stays within 20 characters', () => {
    expect(numbered('sxmtdzjt', 1)).toBe('sxmtdzjt');
    expect(numbered('sxmtdzjt', 2)).toBe('sxmtdzjt2');
    expect(numbered('a'.repeat(20), 12)).toBe(`${'a'.repeat(18)}12`);
  });

  it('is 3 to 20 lower-case letters and digits, whatever the company is called', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string()), fc.string(), (customer, caseNumber) => {
        expect(accountName(customer, caseNumber)).toMatch(/^[a-z0-9]{3,20}$/);
      }),
    );
  });
});
