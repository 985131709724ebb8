import type { AnyEvent, EventOf, EventType } from '@caserelay/contracts';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { EntityManager } from 'typeorm';
import type { Tell } from './tell.js';

/**
 * The moment in which an event is heard. What the handler changes through `tx` and what it tells are kept in one
 * transaction together with the note that this event was heard. No side effect outside `tx` may happen here: the
 * transaction can be rolled back and tried again.
 */
export interface Hearing {
  readonly tx: EntityManager;
  readonly event: AnyEvent;
  /** Runs once the transaction is committed; lost when the process dies, so only for hints such as waking a timer. */
  afterCommit(run: () => void | Promise<void>): void;
}

/** Marks the one method of a service that hears every kind of event. */
export function HearsEverything() {
  return <Method extends (event: AnyEvent, hearing: Hearing) => Promise<Tell[]>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    openDoor('*', target, key, descriptor);
  };
}

function openDoor(pattern: string, target: object, key: string, descriptor: PropertyDescriptor): void {
  Payload()(target, key, 0);
  Ctx()(target, key, 1);
  EventPattern(pattern)(target, key, descriptor);
}

/** The shape of a door that hears one kind of event and answers with what it tells. */
export type Hear<Type extends EventType> = (event: EventOf<Type>, hearing: Hearing) => Promise<Tell[]>;

/** Marks the method that hears one kind of event. The method is `(event, hearing) => Promise<Tell[]>`. */
export function Hears<Type extends EventType>(schema: { shape: { type: { value: Type } } }) {
  return <Method extends Hear<Type>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    openDoor(schema.shape.type.value, target, key, descriptor);
  };
}
