namespace Testbed.Explorer;

/// <summary>A thread of an execution. Only the thread whose turn it is touches any of them.</summary>
/// <param name="engine">The engine that controls it.</param>
/// <param name="id">Its number, in the order of starts.</param>
internal sealed class ControlledThread(Engine engine, int id)
{
    /// <summary>The controlled thread that the calling thread is now, or null.</summary>
    [ThreadStatic]
    internal static ControlledThread? t_current;

    /// <summary>The engine that controls it.</summary>
    internal Engine Engine { get; } = engine;

    /// <summary>Its number, in the order of starts.</summary>
    internal int Id { get; } = id;

    /// <summary>Names it by who started it and as its how manieth.</summary>
    internal ulong Identity { get; private set; }

    /// <summary>How many blocks, locks, notes and threads it has made.</summary>
    internal int Made { get; set; }

    /// <summary>What reports call it.</summary>
    internal string Name { get; private set; } = "";

    /// <summary>What it runs.</summary>
    internal Action Body { get; private set; } = static () => { };

    /// <summary>What runs it, once it runs.</summary>
    internal Carrier? Carrier { get; set; }

    /// <summary>Whether its body has returned.</summary>
    internal bool IsFinished { get; set; }

    /// <summary>Whether somebody has joined it.</summary>
    internal bool IsJoined { get; set; }

    /// <summary>How many locks it holds.</summary>
    internal int LocksHeld { get; set; }

    /// <summary>How many steps it has taken.</summary>
    internal int Steps { get; set; }

    /// <summary>What it has read since its last turn of a wait loop.</summary>
    internal TurnReads Reads { get; } = new();

    /// <summary>
    /// The same under <see cref="WaitRule.OneTurn"/>, all of it and in order; then those of the turn that it takes in
    /// silence, from <see cref="SilentFrom"/> on.
    /// </summary>
    internal List<PlaceRead> Turn { get; } = [];

    /// <summary>How many reads of <see cref="Turn"/> came before the silent turn.</summary>
    internal int SilentFrom { get; set; }

    /// <summary>Whether <see cref="Reads"/> is what its last turn read and no more.</summary>
    internal bool IsTurnKnown { get; set; }

    /// <summary>How many steps its last turn took, once it is known.</summary>
    internal int TurnSteps { get; set; }

    /// <summary>Whether its turn of a wait loop may end: something that it read has changed.</summary>
    internal bool IsTurnOver { get; set; }

    /// <summary>How many changes to shared state it has made.</summary>
    internal long Writes { get; set; }

    /// <summary>
    /// Whether it read the clock since its last turn or time-out, so that time passing may change its way.
    /// </summary>
    internal bool ReadClock { get; set; }

    /// <summary>What it found when it last read the clock, in nanoseconds; of no meaning before.</summary>
    internal long ClockRead { get; set; }

    /// <summary>How many changes there had been when a sleep of it last timed out; -1 if none has.</summary>
    internal long WritesAtTimeout { get; set; }

    /// <summary>As <see cref="WritesAtTimeout"/>, of other threads.</summary>
    internal long ForeignWritesAtTimeout { get; set; }

    /// <summary>As <see cref="WritesAtTimeout"/>, of its own.</summary>
    internal long OwnWritesAtTimeout { get; set; }

    /// <summary>Begins its life in an execution.</summary>
    internal void Reset(string name, Action body, ulong identity)
    {
        Identity = identity;
        Made = 0;
        Name = name;
        Body = body;
        Carrier = null;
        IsFinished = false;
        IsJoined = false;
        LocksHeld = 0;
        Steps = 0;
        Reads.Clear();
        Turn.Clear();
        IsTurnKnown = false;
        TurnSteps = 0;
        IsTurnOver = false;
        Writes = 0;
        ReadClock = false;
        WritesAtTimeout = -1;
        ForeignWritesAtTimeout = -1;
        OwnWritesAtTimeout = -1;
    }
}
