namespace Testbed.Explorer;

/// <summary>What a thread may do in one step. Before it, another thread may run.</summary>
internal enum OperationKind : byte
{
    Begin,
    Start,
    Join,
    RacyRead,
    RacyWrite,
    VolatileRead,
    VolatileWrite,
    CompareExchange,
    Exchange,
    Add,
    Or,
    And,
    MemoryBarrier,
    Enter,
    Exit,
    Clear,
    Wake,
    Sleep,
    TimedSleep,
    Spin,

    /// <summary>No step: the thread has ended.</summary>
    End,
}
