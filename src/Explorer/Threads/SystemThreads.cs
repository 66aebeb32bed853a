using System.Diagnostics;
using System.Globalization;
using System.Threading;

namespace Testbed.Explorer;

/// <summary>Controlled threads on pooled threads of the system.</summary>
/// <remarks>
/// <para>
/// A switch between threads of the system is what an execution costs most, so it is avoided where it can be: a thread
/// that ends lets a new one begin in its place, and a thread that waits for another that has not begun runs it on top
/// of its own stack, since it could not go on before that has ended anyway.
/// </para>
/// <para>
/// Who gets the turn finds all that the one before wrote; having given it away, a thread touches nothing but its own
/// parker.
/// </para>
/// </remarks>
internal sealed class SystemThreads : IThreads
{
    private readonly Engine _engine;
    private readonly HandOff _handOff;
    private readonly int? _processor;
    private readonly Carrier _root;
    private readonly List<Thread> _threads = [];
    private readonly List<Carrier> _carriers = [];

    /// <summary>Those that run nothing; touched by the thread whose turn it is.</summary>
    private readonly Stack<Carrier> _idle = new();

    /// <summary>Whose turn it is; written before that thread is signalled, read by it afterwards.</summary>
    private volatile ControlledThread? _current;

    /// <summary>Whether the execution is over; written before the root is signalled.</summary>
    private volatile bool _ended;

    /// <summary>Whether the pooled threads are to end; written before they are signalled.</summary>
    private volatile bool _disposed;

    /// <summary>Creates the backend; the calling thread is the one that will run executions.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="handOff">How threads wait.</param>
    /// <param name="processor">The processor that all of them share, or null.</param>
    internal SystemThreads(Engine engine, HandOff handOff, int? processor)
    {
        _engine = engine;
        _handOff = handOff;
        _processor = processor;
        _root = new Carrier(Parker.Create(handOff));
        if (processor is { } number)
        {
            Processors.Use(number);
        }
    }

    /// <summary>How often a thread of the system has let another one go on.</summary>
    internal long HandOffs { get; private set; }

    /// <inheritdoc/>
    public void Run(ControlledThread root)
    {
        _ended = false;
        _current = root;
        RunToEnd(_root, root);
        while (!_ended)
        {
            _root.Parker.Wait();
        }
    }

    /// <inheritdoc/>
    public void Switch(ControlledThread self, ControlledThread next)
    {
        if (next.Carrier is null && _engine.WaitsForEndOf(self, next))
        {
            _current = next;
            RunOnTop(self, next);
        }
        else
        {
            GiveWay(next);
        }

        while (_current != self)
        {
            self.Carrier!.Parker.Wait();
        }
    }

    /// <inheritdoc/>
    public bool CanResume(ControlledThread thread) => thread.Carrier!.Top == thread;

    /// <inheritdoc/>
    public void Dispose()
    {
        _disposed = true;
        foreach (Carrier carrier in _carriers)
        {
            carrier.Parker.Signal();
        }

        foreach (Thread thread in _threads)
        {
            thread.Join();
        }

        foreach (Carrier carrier in _carriers)
        {
            carrier.Parker.Dispose();
        }

        _root.Parker.Dispose();
    }

    /// <summary>Runs a thread, and then whatever begins when the one before it ends.</summary>
    private void RunToEnd(Carrier carrier, ControlledThread first)
    {
        for (ControlledThread? thread = first; thread is not null;)
        {
            RunBody(carrier, thread);
            ControlledThread? next = _engine.Finish(thread);
            if (next is { Carrier: null })
            {
                _current = next;
                thread = next;
                continue;
            }

            thread = null;
            if (carrier != _root)
            {
                _idle.Push(carrier);
            }

            if (next is not null)
            {
                GiveWay(next);
            }
            else
            {
                End(carrier);
            }
        }
    }

    /// <summary>Runs a thread that the calling one waits for, above its frames.</summary>
    private void RunOnTop(ControlledThread below, ControlledThread thread)
    {
        Carrier carrier = below.Carrier!;
        RunBody(carrier, thread);
        carrier.Top = below;
        ControlledThread.t_current = below;
        ControlledThread next = _engine.Finish(thread) ?? throw new UnreachableException("a waiting thread ended");
        if (next == below)
        {
            _current = below;
        }
        else
        {
            GiveWay(next);
        }
    }

    private void RunBody(Carrier carrier, ControlledThread thread)
    {
        thread.Carrier = carrier;
        carrier.Top = thread;
        ControlledThread.t_current = thread;
        _engine.RunBody(thread);
        carrier.Top = null;
        ControlledThread.t_current = null;
    }

    /// <summary>Lets another thread go on; the caller waits for its turn or has ended.</summary>
    /// <remarks>
    /// The other may find out before it is signalled, when it was woken by an older signal that it had not needed. So
    /// the write that tells it is the last but the signal.
    /// </remarks>
    private void GiveWay(ControlledThread next)
    {
        HandOffs++;
        if (next.Carrier is { } carrier)
        {
            _current = next;
            carrier.Parker.Signal();
            return;
        }

        Carrier free = _idle.Count > 0 ? _idle.Pop() : AddCarrier();
        _current = next;
        free.Assigned = next;
        free.Parker.Signal();
    }

    private void End(Carrier carrier)
    {
        if (carrier == _root)
        {
            _ended = true;
            return;
        }

        HandOffs++;
        _ended = true;
        _root.Parker.Signal();
    }

    private Carrier AddCarrier()
    {
        var carrier = new Carrier(Parker.Create(_handOff));
        var thread = new Thread(() => Serve(carrier))
        {
            IsBackground = true,
            Name = string.Create(CultureInfo.InvariantCulture, $"explorer carrier {_carriers.Count}"),
        };
        _carriers.Add(carrier);
        _threads.Add(thread);
        thread.Start();
        return carrier;
    }

    private void Serve(Carrier carrier)
    {
        if (_processor is { } number)
        {
            Processors.Use(number);
        }

        while (!_disposed)
        {
            carrier.Parker.Wait();
            if (carrier.Assigned is { } thread)
            {
                carrier.Assigned = null;
                RunToEnd(carrier, thread);
            }
        }
    }
}
