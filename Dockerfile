# The app as compose.yaml starts it; docs/school.md says how. On its own, with runs in a volume:
#   docker build -t step-inside-an-lstm . && docker run -p 8501:8501 -v runs:/data step-inside-an-lstm
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1
WORKDIR /app

# what changes seldom comes first, so that a change of the app installs nothing anew
COPY requirements.txt pyproject.toml ./
RUN grep -v '^-e ' requirements.txt > /tmp/libraries.txt \
    && pip install -r /tmp/libraries.txt 'psycopg[binary]>=3.2,<4' 'prometheus-client>=0.22,<1' 'streamlit[auth]>=1.67,<1.68'
COPY README.md ./
COPY .streamlit/config.toml .streamlit/config.toml
COPY lstm_engine lstm_engine
COPY dashboard dashboard
RUN pip install --no-deps -e . \
    && useradd --create-home --uid 10001 app && mkdir /data && chown app /data

USER app
VOLUME /data
ENV LSTM_MODE=shared \
    LSTM_DATABASE_URL=sqlite:////data/runs.sqlite3 \
    LSTM_LOG=json
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/healthz', timeout=4)"]
CMD ["streamlit", "run", "dashboard/app.py", "--server.address=0.0.0.0", "--server.port=8501", \
     "--server.headless=true", "--logger.hideWelcomeMessage=true"]
