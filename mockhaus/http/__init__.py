"""The HTTP door: Starlette on uvicorn, in the event loop of the whole server.

    server      binds, runs uvicorn, stops
    app         the table of operations -> an ASGI application
    rest        `/api/v1`: server, queries, sessions
    bodies      what goes in and out, as types
    resultset   results -> JSON values (the table of values is there)
    refusals    errors -> status and body
    validation  request body -> value, or what is wrong with it
    kept        one connection per session, used by one request at a time
    layers      what surrounds every request: timing, origins, debug log

The event loop only moves bytes: whatever touches a session runs in a worker thread.
"""
