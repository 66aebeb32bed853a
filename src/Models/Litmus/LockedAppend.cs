using Testbed.Sync;

namespace Testbed.Models.Litmus;

/// <summary>Two threads append to an array under its lock, while a third reads it under the lock.</summary>
internal sealed unsafe class LockedAppend()
    : LitmusTest("append", "a thread appends twice under a lock, another reads under it; what is counted is there")
{
    private const int Appends = 2;

    /// <inheritdoc/>
    public override void Run<TSync>()
    {
        List* list = TSync.Allocate<List>(1, "list");
        Mutex mutex = TSync.CreateMutex("list");
        SyncThread writer = TSync.StartThread("writer", () =>
        {
            for (int i = 0; i < Appends; i++)
            {
                TSync.Enter(mutex);
                int length = TSync.Read(&list->Length);
                TSync.Write(&list->Items[length], length + 1);
                TSync.Write(&list->Length, length + 1);
                TSync.Exit(mutex);
            }
        });
        SyncThread reader = TSync.StartThread("reader", () =>
        {
            TSync.Enter(mutex);
            for (int i = 0; i < TSync.Read(&list->Length); i++)
            {
                OracleException.Require(TSync.Read(&list->Items[i]) == i + 1, $"item {i} is counted, but not there");
            }

            TSync.Exit(mutex);
        });
        TSync.Join(writer);
        TSync.Join(reader);
        TSync.Destroy(mutex);
        TSync.Free(list);
    }

    /// <summary>Under the lock.</summary>
    private struct List
    {
        /// <summary>How many items there are.</summary>
        internal int Length;

        /// <summary>The items.</summary>
        internal fixed int Items[Appends];
    }
}
