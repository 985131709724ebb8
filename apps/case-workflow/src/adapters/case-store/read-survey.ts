import type { DataSource } from 'typeorm';
import type { Needs } from '../../features/report-survey/report-survey.js';

/** What was asked and answered of customers, as the history of cases tells it. */
export function readSurvey(database: Pick<DataSource, 'query'>): Pick<Needs, 'months' | 'answers'> {
  return {
    /** By month of the asking; who answered before they were asked counts in the month of their answer, as asked. */
    async months({ from, to, zone, policy }): ReturnType<Needs['months']> {
      return await database.query(
        `select month, policy,
           (count(*) filter (where is_asking))::int as asked,
           (count(grade))::int as answered,
           (avg(grade))::float8 as average,
           array[${[1, 2, 3, 4, 5].map((grade) => `(count(*) filter (where grade = ${grade}))::int`).join(', ')}] as grades,
           (count(*) filter (where solved = 'yes'))::int as yes,
           (count(*) filter (where solved = 'partly'))::int as partly,
           (count(*) filter (where solved = 'no'))::int as no,
           (count(*) filter (where grade is not null and solved is null))::int as unsaid
         from (${facts}) as facts group by month, policy order by month, policy`,
        [from, to, zone, policy],
      );
    },

    /** Newest first. */
    async answers({ from, to, zone, policy, after, limit }): ReturnType<Needs['answers']> {
      return await database.query(
        `select facts.at, facts.case_id as "caseId", facts.position, cases.case_number as "caseNumber", facts.policy,
           facts.month, cycle, grade, solved, words, via
         from (${facts}) as facts join cases on cases.id = facts.case_id
         where grade is not null and ($5::timestamptz is null or (facts.at, facts.case_id, facts.position) < ($5, $6, $7))
         order by facts.at desc, facts.case_id desc, facts.position desc limit $8`,
        [from, to, zone, policy, after?.at ?? null, after?.caseId ?? null, after?.position ?? null, limit],
      );
    },
  };
}

/** One row for each asking and each answer whose asking is within the span; a policy of all versions is one. */
const facts = `
  select at, case_id, position, to_char(asked_at at time zone $3, 'YYYY-MM') as month, policy, is_asking,
    cycle, grade, solved, words, via
  from (
    select at, case_id, position,
      case type when 'case.survey-asked' then at else coalesce((data->>'askedAt')::timestamptz, at) end as asked_at,
      regexp_replace(data->>'policy', '-[0-9]+$', '') as policy,
      type = 'case.survey-asked' or data->>'askedAt' is null as is_asking,
      (data->>'cycle')::int as cycle, (data->>'grade')::int as grade, data->>'solved' as solved,
      data->>'words' as words, data->>'via' as via
    from case_history where type in ('case.survey-asked', 'case.survey-answered')
  ) as told
  where asked_at >= $1 and asked_at < $2 and ($4::text is null or policy = $4)`;
