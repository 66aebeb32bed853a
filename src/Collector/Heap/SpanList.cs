using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>Doubly linked lists of spans; each under the lock of whoever has it. The seed's <c>MSpanList</c>.</summary>
/// <typeparam name="TSync">The engine.</typeparam>
internal static unsafe class SpanList<TSync>
    where TSync : struct, ISync
{
    /// <summary>Puts a span that is on no list in front.</summary>
    internal static void Insert(Span** first, Span* span)
    {
        Span* next = TSync.Read(first);
        TSync.Write(&span->Next, next);
        TSync.Write(&span->Previous, null);
        if (next != null)
        {
            TSync.Write(&next->Previous, span);
        }

        TSync.Write(first, span);
    }

    /// <summary>Takes a span off the list that it is on.</summary>
    internal static void Remove(Span** first, Span* span)
    {
        Span* next = TSync.Read(&span->Next);
        Span* previous = TSync.Read(&span->Previous);
        TSync.Write(previous == null ? first : &previous->Next, next);
        if (next != null)
        {
            TSync.Write(&next->Previous, previous);
        }

        TSync.Write(&span->Next, null);
        TSync.Write(&span->Previous, null);
    }
}
