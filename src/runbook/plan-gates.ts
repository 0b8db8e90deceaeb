import {isActive} from '../core/run.ts';
import {shellWord} from '../core/shell-word.ts';
import type {RunRecord} from '../ledger/records.ts';
import type {Gate, GateFacts} from './gate.ts';
import {takenPlan} from './taken-plan.ts';

/** What has to hold of the plan itself: that it is whole, of this setting, young, and not executed before. */

export function rehearsedGate({plan, undoes}: GateFacts): Gate {
  const gate = {id: 'rehearsed', title: 'dry run'} as const;
  if (plan.mode === 'estimate')
    return {
      ...gate,
      holds: false,
      reason: `${plan.id} is an estimate: it predicts from a sample, and unlocks nothing`,
      unlock: `Make a dry run: headgate run ${plan.backfill} …`,
    };
  if (plan.mode !== 'dry-run')
    return {
      ...gate,
      holds: false,
      reason: `${plan.id} is not a dry run, but ${plan.mode}`,
      unlock: `${isStopped(plan) ? `To go on with it: headgate resume ${plan.id}. Else name` : 'Name'} the dry run whose plan is to be executed.`,
    };
  if (plan.undoes !== undoes) return {...gate, holds: false, ...otherPlan(plan)};
  if (plan.status === 'completed' || plan.status === 'incomplete')
    return {...gate, holds: true, reason: `dry run ${plan.id} is ${plan.status}`};
  return {
    ...gate,
    holds: false,
    reason: `dry run ${plan.id} is ${plan.status}`,
    unlock: `Let it end first: headgate resume ${plan.id}`,
  };
}

/** Something of it is left to do, unless its process still lives: then resuming says so. */
function isStopped({mode, status}: RunRecord): boolean {
  return (
    (mode === 'live' || mode === 'undo') && (isActive(status) || status === 'paused' || status === 'failed')
  );
}

/** A plan that puts rows back is executed by an undo of that run, and by nothing else. */
function otherPlan({id, undoes, targetName}: RunRecord): {readonly reason: string; readonly unlock: string} {
  if (undoes === null)
    return {reason: `dry run ${id} is not one of an undo`, unlock: 'Name the dry run of the undo.'};
  return {
    reason: `run ${id} is the dry run of an undo`,
    unlock: `To undo run ${undoes}: headgate undo ${undoes} --confirm ${shellWord(targetName)}`,
  };
}

export function sameGate({plan, present}: GateFacts): Gate {
  const gate = {id: 'same', title: 'same setting'} as const;
  const differences = [
    ...(plan.source === present.source ? [] : ['the source']),
    ...(plan.target === present.target ? [] : ['the target']),
    ...(plan.schema === present.schema ? [] : ["the target's schema"]),
    ...(plan.configDigest === present.configDigest ? [] : ['the config']),
    ...(plan.program === present.program
      ? []
      : [`headgate itself (${plan.program}, now ${present.program})`]),
  ];
  if (differences.length === 0)
    return {
      ...gate,
      holds: true,
      reason: 'source, target, schema, config and program are those of the dry run',
    };
  return {
    ...gate,
    holds: false,
    reason: `since the dry run, this has changed: ${differences.join(', ')}`,
    unlock: 'Make a new dry run.',
  };
}

export function freshGate({plan, now, planHours}: GateFacts): Gate {
  const hours = (now - (plan.finishedAt ?? plan.createdAt)) / 3_600_000;
  const holds = hours <= planHours;
  return {
    id: 'fresh',
    title: 'recent',
    holds,
    reason: `the dry run is ${hours < 1 ? `${Math.max(0, Math.round(hours * 60))} min` : `${hours.toFixed(1)} h`} old (at most ${planHours} h)`,
    ...(holds ? {} : {unlock: 'Make a new dry run: what it does not have to read again, it does not.'}),
  };
}

export function unusedGate({plan, taker}: GateFacts): Gate {
  const gate = {id: 'unused', title: 'not used before'} as const;
  if (plan.usedBy === null) return {...gate, holds: true, reason: 'its plan was not executed before'};
  const taken = taker === null ? null : takenPlan(taker);
  if (taken !== null) {
    const {why, words} = taken.next;
    return {
      ...gate,
      holds: false,
      reason: `its plan is not free: ${taken.is}`,
      unlock: `${why}: ${words.join(' ')}`,
    };
  }
  return {
    ...gate,
    holds: false,
    reason: `its plan was executed by run ${plan.usedBy}`,
    unlock: `Look at that run (headgate status ${plan.usedBy}), or make a new dry run.`,
  };
}
