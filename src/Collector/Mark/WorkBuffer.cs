using System.Runtime.CompilerServices;
using Testbed.Sync;

namespace Testbed.Collector;

/// <summary>
/// A stack of work items: this header, then room for <see cref="WorldOptions.WorkBufferLength"/> of them. It is on one
/// list or belongs to one worker; whoever took it off a list may access it, plainly. The seed's <c>Workbuf</c>.
/// </summary>
internal unsafe struct WorkBuffer
{
    /// <summary>Its place on a list.</summary>
    internal ListNode Node;

    /// <summary>How many items there are.</summary>
    internal int Count;

    /// <summary>Keeps the items aligned.</summary>
    internal int Reserved;

    /// <summary>Where item <paramref name="index"/> is.</summary>
    internal static WorkItem* ItemOf(WorkBuffer* buffer, int index) => (WorkItem*)(buffer + 1) + index;

    /// <summary>Adds an item. The caller owns the buffer and knows that it has room.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Push<TSync>(WorkBuffer* buffer, nint start, nuint bytes, TypeInfo* type)
        where TSync : struct, ISync
    {
        int count = TSync.Read(&buffer->Count);
        WorkItem* item = ItemOf(buffer, count);
        TSync.Write(&item->Start, start);
        TSync.Write(&item->Bytes, bytes);
        TSync.Write(&item->Type, type);
        TSync.Write(&buffer->Count, count + 1);
    }
}
