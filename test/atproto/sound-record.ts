import {alice, networkOf, post} from './network-under-test.ts';

/** A post as a host lists it; whether our CIDs are right is for content.test.ts. */
export async function sound(text: string, rkey = 'a') {
  const {network} = await networkOf(alice({}));
  const json = `{"$type":"${post}","text":${text}}`;
  const cid = network.cidOf(json);
  return (did: string) => `{"uri":"at://${did}/${post}/${rkey}","cid":"${cid}","value":${json}}`;
}
