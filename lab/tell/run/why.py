"""Why a scenario comes out as it does: the mechanism behind it, in two sentences."""

WHY: dict[str, str] = {
    "baseline": "What differs is what the server does around the app: parsing, building the environ or the scope, and "
    "handing over. A pool of threads adds a hand-over and the switch to another thread for each request; "
    "a bridge adds both, and a second translation.",
    "slow-io": "A WSGI app waits by holding its thread, so threads are the slots; an ASGI app waits by giving the "
    "loop back, so nothing is held. Behind a bridge the pool decides, whichever server stands in front.",
    "starvation": "When all slots wait, a request that needs nothing waits for a slot all the same: it queues behind "
    "work that does nothing. An event loop has no such queue.",
    "streaming": "Both interfaces hand each chunk to the server as it is made, and every server here passes it on. But "
    "a WSGI stream holds its slot from first to last chunk, so later streams wait for whole ones before "
    "them.",
    "blocking": "A blocking call in a coroutine stops the loop, and with it every other request, even those that were "
    "already waiting for something else. A thread pool gives the loop back, but only for as many calls as "
    "it has threads.",
    "cpu": "Python bytecode runs under one lock in each process: threads take turns at it, a loop runs one "
    "request to its end. Either way a worker has one core; only more workers have more.",
    "upload": "What a client sends before anybody reads it waits in the kernel's buffer, so uploads themselves lose "
    "little. But a slot that waits for the rest of a body is taken, and a fast route waits for it.",
    "download": "A server that stops making pieces while the socket is full passes the slow reader's pace on to the "
    "app. A slot that is writing to a slow reader is taken until the reader has all.",
    "churn": "Each connection is accepted, registered and closed for a single request. What is left after "
    "subtracting baseline is the price of having no keep-alive.",
    "overload": "Requests beyond the ceiling queue, in the kernel, in the server or in its pool, and the queue "
    "outlives the overload: at half the ceiling it drains at half speed. Nothing is dropped unless a "
    "limit says so.",
    "idle": "A connection that says nothing costs a registered socket where a loop or a poller waits for it, and "
    "a whole worker where somebody reads from it. Which of them depends on the server, not on the "
    "interface.",
    "abandon": "An app that only writes learns of a lost client when a write fails, if the server tells it at all. A "
    "bridge that waits for the client to take a chunk waits for ever: with all its threads waiting, "
    "nobody is served.",
    "websocket": "A WebSocket has no request and no answer, only messages at any time from either side: an event loop "
    "waits for the next one as for anything else. A WSGI app is called once and answers once, so there is nothing "
    "to hand it, and a bridge between the two interfaces can't make it up.",
}
