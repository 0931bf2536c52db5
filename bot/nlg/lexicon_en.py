"""English words that a wording may use, and what each does to the meaning. See `bot/nlg/lexicon.py` for the tags.

Words are given once in their base form; the usual endings are recognised. A phrase wins over its words.
"""

from __future__ import annotations

ENGLISH: dict[str, str] = {
    # Claims: what was, is or will be done. Core claims of a template must be said; none may be added or turned round.
    "core:cancel": "cancel, cancellation, call off, called off, calling off, void, scrap, stopped the order",
    "core:refund": "refund, refunded, reimburse, reimbursement, money back, pay back, paid back, your money, go back to, "
    "going back to, goes back to, back to your, credit, sent back to, return to your, returned to your, on its way back",
    "core:return": "return, send back, sending back, sent it back, take back, took back",
    "core:exchange": "exchange, swap, trade, replacement, replace, switch for, switched for",
    "core:ship": "ship, shipped, shipment has left, dispatch, despatch, on its way, on the way, left our, left the warehouse, sent out, "
    "send out, en route, in transit, out the door, hand over, handed over, handed to, left us, on the road, under way to you, "
    "gone out, went out, going out, goes out, head out, headed out, heading out, leave our, leave the warehouse, leave us",
    "core:deliver": "deliver, delivery, arrive, arrival, reach, reached you, be with you, got to you, get to you, gets to you, "
    "land, landed, dropped off, drop off, turn up at, turned up at, handed in, made it to, made its way to",
    "core:stock": "stock, in stock again, back in stock, available, availability, in hand, on hand, on the shelf, on our shelves, on our shelf, ready to order, "
    "up for grabs, on sale now, left in",
    "neg core:stock": "out of stock, sold out, unavailable, run out, ran out, no stock, gone for now, out of it",
    "core:confirm": "confirm, confirmation",
    "core:verify": "verify, verification, identity, identify, checks out, check out, prove who",
    "core:pay": "pay, paid, payment, charge, bill, debit",
    "core:delay": "delay, late, overdue, behind schedule, held up, stuck, slower",
    "core:damage": "damage, broken, break, crack, defect, defective, faulty, torn",
    "core:lose": "lose, lost, missing, disappear, vanish, gone missing, stolen",
    "core:free": "free, free of charge, complimentary, at no cost, no charge, no extra charge, gratis, on the house, "
    "without charge, for nothing, bonus, gift, waive, at no extra cost, no fee",
    "core:discount": "discount, sale, deal, bargain, reduced, reduction, cut, promotion, promo, percent off, off your, cheaper",
    "core:guarantee": "guarantee, promise, assure, ensure, warranty, insured, rest assured, count on it, no matter what",
    "core:compensate": "compensate, compensation, voucher, reward, points, cashback",
    "core:approve": "approve, approval, accept, authorise, authorize",
    "neg core:approve": "reject, decline, refuse, deny, disallow",
    "core:expire": "expire, expiry",
    "core:complete": "complete, completion, finish, finalise, finalize",
    "core:fail": "fail, failure, error, went wrong, gone wrong",
    "core:contact": "contact, call you, phone you, ring you, email you, e-mail you, text you, message you, get back to you, "
    "be in touch, get in touch, reach out, write to you, hear from, reply to you, follow up, come back to you, answer you",
    # Soft claims: licensed by the template, but a wording may leave them out when they are said otherwise.
    "soft:find": "find, found, locate, come up, came up, turn up, turned up, turning up, match, matching, exist, spot, fit, see, "
    "show up, showing up, trace, record, on file, on record, recognise, recognize, pull up, pulled up, result",
    "soft:change": "change, update, amend, modify, move, moved, switch, switched, adjust, edit, set to",
    "soft:send": "send, sent, issue, issued, email, e-mail, attach, forward",
    "soft:file": "file, filed, register, registered, log, logged, open, opened, raise, raised, record, recorded, note, noted, submit, "
    "submitted, create, created, set up, pass, passed, report, reported, booked, book, put through, start, started, lodge",
    "soft:handoff": "connect, transfer, colleague, agent, human, person, team, specialist, representative, someone, staff, "
    "hand you over, handing you over, handed you over, pass you, put you through, putting you through, teammate, people",
    "soft:price": "price, cost, sell for, sells for, selling for, go for, goes for, going for, priced, sell,  come to, comes to, came to, yours for, run you",
    "soft:valid": "valid, validity, good until, good through, good till, redeem, use, work, active, usable, apply",
    "soft:recommend": "based on, going by, something for you, might suit, may suit, suit you, recommend, recommendation, suggest, suggestion, pick, picked, choice, might like, might suit, may like, idea, "
    "favourite, favorite, selection, shortlist, worth a look",
    "soft:prepare": "prepare, preparing, preparation, pack, packing, packed, get ready, getting ready, process, processing, processed, "
    "handle, handling, work on, working on, being readied, waiting, wait, sit, sitting, in our hands, with us",
    "soft:wait": "await, pending, queue",
    "soft:track": "track, follow, tracking, scan, scanned, seen, spotted, checked in",
    "past core:refund": "went to, went back to, was refunded",
    "soft:owe": "owe, difference, extra, top up, on top",
    # Topics: things. They need a licence, but carry no claim of their own.
    "topic:order": "order, purchase, buy, bought",
    "topic:parcel": "parcel, package, shipment, packet, box",
    "topic:item": "item, product, article, piece, unit, goods",
    "topic:tracking": "tracking number, tracking code, tracking, waybill",
    "topic:carrier": "carrier, courier, via, driver",
    "topic:address": "address, shipping address, delivery address, destination",
    "topic:invoice": "invoice, receipt, fapiao, made out to",
    "topic:coupon": "coupon, code, coupon code, promo code, discount code",
    "topic:ticket": "ticket, case, reference, reference number, complaint, report number, ticket number, case number",
    "topic:return": "return number, return id, return reference, return label",
    "topic:method": "method, payment method, card, account, wallet",
    "topic:amount": "amount, total, sum, money, altogether, in total, grand total, in all, overall",
    "topic:status": "status, state, stage, step, progress",
    "topic:size": "size, fit, sizing",
    "topic:colour": "colour, color, shade",
    "topic:variant": "variant, version, option",
    "topic:attribute": "attribute, detail, spec, specification, feature, information, info, data, description, listing, page",
    "topic:warehouse": "warehouse, depot, shelf, storage, sorting centre, sorting center, facility",
    "topic:problem": "problem, issue, trouble, matter, wrong, concern, mix-up",
    "topic:hours": "hour, working hour, opening hour, business hour, open from",
    "topic:day": "day, business day, working day",
    "topic:minute": "minute",
    "topic:week": "week",
    "topic:month": "month",
    "topic:year": "year",
    "topic:search": "search, query, look for, looked for, looking for, look up, looked up, browse, under, for that",
    "topic:profile": "profile, login, account",
    "topic:event": "event, scan, latest update, last update, most recent update, latest scan, last scan, news, latest news, latest, last, most recent",
    "topic:place": "place, location, spot",
    # What turns a claim round, or makes it possible, future, certain, doubtful, unfinished, conditional.
    "neg": "not, no, never, none, nothing, neither, nor, no longer, not yet, without, cannot, hardly, unsuccessful, not any more, "
    "nowhere, didn't manage, lack, in vain, barely, isn't, aren't",
    "neg can": "unable, impossible, too late, past the point, can't, couldn't, out of the question, no way, no longer possible",
    # Phrases that turn a negation round, or say the opposite of their words.
    "twist": "for now, not only, not just, not merely, but also, not true, not the case, false, untrue, far from, anything but, nothing but, "
    "no doubt, none other, not without, not un, no problem, no worries, no wonder, as if, joke, joking, kidding, no need, cost us, costs us, costing us",
    "can": "can, could, able, possible, possibility, eligible, allowed, entitled, permitted, option to, qualifies, qualify",
    "will": "will, shall, about to, gonna",
    "expect": "expect, expected, estimate, estimated, should, due, eta, schedule, scheduled, plan, planned, look for it, "
    "likely, forecast, anticipate, aim, target, hope, hopefully",
    "doubt": "may, might, maybe, perhaps, probably, possibly, would, presumably, apparently, appear, appears, seem, seems, allegedly, "
    "suppose, supposed, supposedly, think, believe, guess, used to, nearly, almost, not sure, usually, normally, sometimes",
    "must": "must, have to, has to, need to, needs to, required, require, requirement, ought, obliged, remember to, make sure, "
    "be sure, don't forget, necessary, had to",
    "ongoing": "being, in progress, underway, under way, in the process, ongoing, in the middle, in the works, working on",
    "if": "if, unless, provided, depending, assuming, in case, as long as, subject to, except, otherwise, whether, as soon as",
    "past": "was, were, had, used to be, previously, formerly, once was",
    "finished": "all set, all done, done, success, successful, successfully, sorted, taken care of, went through, gone through, go through",
    "glad": "good news, great news, happy to say, happy to report, glad to say, pleased to say, delighted, great, perfect, "
    "wonderful, fantastic, excellent, lucky, hooray, yay, yes, sure, of course, certainly, absolutely, enjoy",
    "sorry": "sorry, unfortunately, afraid, apologies, apologise, apologize, regret, sadly, regrettably, oh no, bad news, alas",
    "more": "more than, over, above, at least, exceed, exceeding, upwards of, minimum, or more, more",
    "less": "less than, below, up to, at most, fewer, fewer than, maximum, or less, no more than, less",
    "about": "about, around, approximately, roughly, approx, or so, circa, some time, sometime",
    "before": "by, before, until, till, through, within, no later than, ahead of, up until",
    "from": "from",
    "after": "after, since, starting, as of, beyond, onwards, later than, later",
    "each": "per, each, apiece, every, a piece",
    # Clause boundaries that are words.
    "topic:back": "come back, came back, coming back, comes back, return soon, back in",
    "break": "but, because, since, so, and, while, although, though, however, when, once, which, who, then, whereas, yet",
    "subject": "i, we, you, it, they, there, that's, here",
    "be": "is, are, am, be, been, was, were, has, have, had, do, does, did, s, re, ve, being",
    # Everything below says nothing about the shop's facts.
    "plain": "a, an, the, this, that, these, those, my, our, your, yours, ours, its, me, us, i, we, you, it, one, them, thing, what, "
    "there, here, where, is, are, am, be, been, has, have, do, does, did, of, in, on, at, to, with, for, as, into, onto, "
    "out, up, off, back, down, just, only, still, already, now, currently, right now, at the moment, at present, so far, "
    "both, any, anything, how, why, than, or, well, ok, okay, all right, hmm, "
    "please, thank, thanks, hello, hi, hey, dear, welcome, glad to help, kind, patience, appreciate, very, indeed, "
    "let, know, known, tell, take, a look, look, have a look, another look, looked into, look into, looking into, quick look, "
    "got, get, held, hold, put, put it down, make, made, go, went, gone, going to, come, came, came in, come in, comes in, "
    "say, said, show, shown, list, mention, read, stand, stands, remain, stay, ask, asking, help, check, hear, set, belong, ready, "
    "become, becomes, turned into, turn, carry, cover, suit, spell, takes over, take over, over to, handy, "
    "including, include, contain, inside, consist, made up of, hand, simply, actually, anymore, any more, any longer, "
    "directly, through, via, under, between, among, toward, towards, along, alongside, across, together with, "
    "case, fact, way, number, id, name, named, called, label, note, summary, breakdown, overview, rundown, "
    "copy, question, request, answer, place, placed, placed on, shop, store, our system, system, "
    "side, end, moment, date, line, head, "
    "exactly, exact, precisely, following, follows, below, above, left, remaining, far, "
    "nice to have you here, good question, therefore, meanwhile, forward, round, around here, per your request, "
    "as requested, as you asked, as you wished, you asked for, requested, "
    "for you, for your, from our, from your, from us, about your, about this, about that, about it, "
    "down for, down as, sits at, on that, no luck, as far as i can see, as far as i can tell, once more, in mind, right here, "
    "the number again, tell me again, first of all",
}

# Offers that end a reply and change nothing; they may be added to any wording.
CLOSERS: tuple[str, ...] = (
    r"(?:please )?(?:just )?(?:let (?:me|us) know|(?:feel free to )?(?:ask|say so|shout|tell me|tell us|write)) "
    r"(?:if|when|whenever) (?:you need|there is|there's|you'd like|you want|i can help with) (?:anything|something) (?:else|more)",
    r"(?:is there )?anything else i can (?:help|do)(?: for)?(?: you)?(?: with)?\?",
    r"(?:i'm|i am|we're|we are) (?:always )?here (?:to help|if you need (?:me|us|anything|anything else|more help))",
    r"happy to help(?: (?:with|if) (?:anything else|you need anything else))?",
    r"(?:thanks|thank you)(?: so much| very much)? for (?:your patience|waiting|asking|checking|checking in|shopping with us|reaching out|"
    r"your order|getting in touch|letting (?:me|us) know|your understanding|bearing with (?:me|us))",
    r"no need to do anything(?: else| more)?",
)
